/** The trees of a crowd at a moment: peer by peer if a graph program can still read it, by depth and region if not. */

import type { Tree, TreeCell, TreeEdge, TreePeer } from '../results/result.js'
import { LEAD_MS } from '../world.js'
import { regionOf } from './account.js'
import { NOBODY, UNFED } from './columns.js'
import { type CrowdWorld, ORIGIN } from './world.js'

const REGIONS = 3

/** Larger crowds are not written down peer by peer. */
const MOST_PEERS = 20_000

export function treeOf(world: CrowdWorld): Tree {
  const atS = (world.now - LEAD_MS) / 1000
  if (world.account.here > MOST_PEERS) return { atS, peers: [], edges: [], cells: cellsOf(world) }
  const { columns, stripes } = world
  const edges: TreeEdge[] = []
  const peers: TreePeer[] = []
  for (let peer = 0; peer < world.peers; peer++) {
    if (!columns.isHere(peer)) continue
    for (const parent of world.parentsOf(peer)) {
      const some = []
      for (let s = 0; s < stripes; s++) if (columns.parent[peer * stripes + s] === parent) some.push(s)
      edges.push({ from: parent, to: peer, stripes: some })
    }
    const depth = leastDepth(world, peer)
    peers.push({
      peer,
      role: peer === ORIGIN ? 'origin' : world.isRoot(peer) ? 'root' : 'listener',
      region: regionOf(columns.placeOf(peer).x),
      depth: depth === UNFED ? null : depth
    })
  }
  return { atS, peers, edges }
}

function cellsOf(world: CrowdWorld): TreeCell[] {
  const counts = new Float64Array((UNFED + 1) * REGIONS)
  for (let peer = 0; peer < world.peers; peer++) {
    if (!world.columns.isHere(peer)) continue
    counts[leastDepth(world, peer) * REGIONS + regionOf(world.columns.placeOf(peer).x)]!++
  }
  const cells: TreeCell[] = []
  counts.forEach((peers, at) => {
    const depth = Math.floor(at / REGIONS)
    if (peers > 0) cells.push({ depth: depth === UNFED ? null : depth, region: at % REGIONS, peers })
  })
  return cells
}

/** Links to the origin by the shortest way. */
function leastDepth({ columns, stripes }: CrowdWorld, peer: number): number {
  if (peer === ORIGIN) return 0
  let least = UNFED
  for (let at = peer * stripes; at < (peer + 1) * stripes; at++)
    if (columns.parent[at] !== NOBODY && columns.depth[at]! < least) least = columns.depth[at]!
  return least
}
