/** The topologies that can be named. */

import { TreecastError } from '../../protocol/errors.js'
import type { Checker } from '../checkers/index.js'
import type { Topology } from '../topology.js'
import { gossip } from './gossip.js'
import { mesh } from './mesh.js'
import { plumtree } from './plumtree.js'
import { star } from './star.js'
import { tree } from './tree.js'
import { treecast } from './treecast/index.js'
import { twofold } from './twofold.js'

const SHIPPED: Readonly<Record<string, () => Topology>> = { star, tree, twofold, mesh, gossip, plumtree }

export const topologyNames: readonly string[] = ['striped', ...Object.keys(SHIPPED)]

/** @throws TreecastError `bad-scenario` if there is none of this name */
export function topologyNamed(name: string, checkers: readonly Checker[] = []): Topology {
  if (name === 'striped') {
    if (checkers.length === 0) return treecast()
    return treecast({ onStep: (...step) => checkers.forEach((checker) => checker.step?.(...step)) })
  }
  const make = Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined
  if (make !== undefined) return make()
  throw new TreecastError('bad-scenario', `no topology "${name}": there are ${topologyNames.join(', ')}`)
}
