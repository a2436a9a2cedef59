/** The tree as it stands at a moment: who feeds whom. */

import type { World } from '../world.js'
import type { Tree, TreeEdge } from './result.js'

export function treeOf(world: World): Tree {
  const edges: TreeEdge[] = []
  const childrenOf = new Map<number, number[]>()
  for (const { self, participant } of world.here()) {
    for (const { peer, stripes } of participant.parents?.() ?? []) {
      edges.push({ from: peer, to: self, stripes })
      const children = childrenOf.get(peer)
      if (children === undefined) childrenOf.set(peer, [self])
      else children.push(self)
    }
  }
  const depths = new Map([[0, 0]])
  for (const [peer, depth] of depths) {
    for (const child of childrenOf.get(peer) ?? []) if (!depths.has(child)) depths.set(child, depth + 1)
  }
  const peers = [...world.here()].map(({ self, role, person }) => ({
    peer: self,
    role: role as 'origin' | 'root' | 'listener',
    region: person.line.place.region,
    depth: depths.get(self) ?? null
  }))
  return { atS: world.showMs / 1000, peers, edges }
}
