/** The trees of a crowd at a moment, peer by peer: of crowds that a graph program can still read. */

import type { Tree, TreeEdge, TreePeer } from '../results/result.js'
import { LEAD_MS } from '../world.js'
import { regionOf } from './account.js'
import { NOBODY, UNFED } from './columns.js'
import { type CrowdWorld, ORIGIN } from './world.js'

/** Larger crowds are not written down peer by peer. */
const MOST_PEERS = 20_000

export function treeOf(world: CrowdWorld): Tree {
  const { columns } = world
  const edges: TreeEdge[] = []
  const peers: TreePeer[] = []
  if (world.account.here <= MOST_PEERS)
    for (let peer = 0; peer < world.peers; peer++) {
      if (!columns.isHere(peer)) continue
      let least = UNFED
      for (let s = 0; s < world.stripes; s++) {
        const at = peer * world.stripes + s
        if (peer === ORIGIN || columns.parent[at] !== NOBODY) least = Math.min(least, columns.depth[at]!)
      }
      for (const parent of world.parentsOf(peer)) {
        const stripes = []
        for (let s = 0; s < world.stripes; s++)
          if (columns.parent[peer * world.stripes + s] === parent) stripes.push(s)
        edges.push({ from: parent, to: peer, stripes })
      }
      peers.push({
        peer,
        role: peer === ORIGIN ? 'origin' : world.isRoot(peer) ? 'root' : 'listener',
        region: regionOf(columns.x[peer]! / 64),
        depth: peer === ORIGIN ? 0 : least === UNFED ? null : least
      })
    }
  return { atS: (world.now - LEAD_MS) / 1000, peers, edges }
}
