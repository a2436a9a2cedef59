import {
  MAX_CANDIDATES,
  MAX_PATH,
  MAX_PENDING_CHECKS,
  MAX_WANTED,
  MAX_WINDOW_PACKETS,
  DEFAULT_MAX_LINKS
} from '../../protocol/limits.js'
import { PeerParticipant } from '../topologies/treecast/peer-participant.js'
import type { World } from '../world.js'
import { Checker } from './checker.js'

/** A path's last link leads to the peer itself. Nobody feeds whom this number tells of. */
const UNFED_DEPTH = 255

/** Slots are never exceeded, every bound of `limits.ts` is kept, and so a peer's memory is bounded. */
export class BoundsChecker extends Checker {
  readonly name = 'bounds'

  override second(world: World): void {
    const { stripes } = world.scenario.show
    for (const member of world.here()) {
      const { participant, self, copies } = member
      if (!(participant instanceof PeerParticipant)) continue
      const { peer } = participant
      const most = (what: string, value: number, limit: number): void => {
        if (value > limit) this.complain(world.now, self, `${value} ${what}: at most ${limit}`)
      }
      let slots = 0
      for (const { fed } of peer.neighbours()) slots += fed.length
      most('slots given', slots, Math.floor(copies * stripes))
      const sizes = peer.sizes()
      most('links', sizes.links, DEFAULT_MAX_LINKS)
      most('candidates', sizes.candidates, MAX_CANDIDATES)
      most('bans', sizes.bans, MAX_CANDIDATES * 4)
      most('checks under way', sizes.checks, MAX_PENDING_CHECKS + DEFAULT_MAX_LINKS)
      most('packets kept', sizes.window, MAX_WINDOW_PACKETS)
      most('packets asked for', sizes.asked, MAX_WINDOW_PACKETS)
      most('packets awaited', sizes.awaited, MAX_WANTED)
      const { depth } = peer.stats()
      if (depth !== UNFED_DEPTH) most('links to the origin', depth, MAX_PATH + 1)
    }
  }
}
