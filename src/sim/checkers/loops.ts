import type { World } from '../world.js'
import { Checker } from './checker.js'

/** How long a loop may last, s: the time in which a PATH goes round and is refused, and a margin for lost links. */
const PATIENCE_S = 5

/** For no stripe does anybody honest stand above itself for longer than a moment. */
export class LoopChecker extends Checker {
  readonly name = 'loops'
  /** Since when a peer has stood in a loop, s, by stripe. */
  private since = new Map<string, number>()

  override second(world: World): void {
    const parentOf = new Map<number, Map<number, number>>()
    for (const { self, participant, isFrozen, hostility } of world.here()) {
      // Who lies about paths may make loops; those who follow it get nothing by them, and leave.
      if (isFrozen || hostility !== undefined) continue
      for (const { peer, stripes } of participant.parents?.() ?? []) {
        for (const stripe of stripes) {
          let parents = parentOf.get(stripe)
          if (parents === undefined) parentOf.set(stripe, (parents = new Map<number, number>()))
          // Who has several stands safely if the first is safe.
          if (!parents.has(self)) parents.set(self, peer)
        }
      }
    }
    const second = Math.floor(world.showMs / 1000)
    const since = new Map<string, number>()
    for (const [stripe, parents] of parentOf) {
      for (const peer of inLoops(parents)) {
        const key = `${stripe}/${peer}`
        const first = this.since.get(key) ?? second
        since.set(key, first)
        if (second - first === PATIENCE_S)
          this.complain(world.now, peer, `stands above itself for stripe ${stripe} since ${PATIENCE_S} s`)
      }
    }
    this.since = since
  }
}

/** Those who meet themselves when they follow their parents. */
function inLoops(parents: ReadonlyMap<number, number>): Set<number> {
  const looped = new Set<number>()
  const visitedBy = new Map<number, number>()
  for (const start of parents.keys()) {
    let at: number | undefined = start
    while (at !== undefined && !visitedBy.has(at)) {
      visitedBy.set(at, start)
      at = parents.get(at)
    }
    if (at === undefined || visitedBy.get(at) !== start) continue
    for (let peer = at; !looped.has(peer); peer = parents.get(peer)!) looped.add(peer)
  }
  return looped
}
