/** What happens second by second. */

import type { Observer, World } from '../world.js'
import type { Second } from './result.js'

type Draft = Omit<Second, 'continuity'>

/** Bytes since the world's begin. */
type Sent = Readonly<Record<'origin' | 'data' | 'control' | 'tracker', number>>

export class Timeline implements Observer {
  private readonly drafts: Draft[] = []
  private here = 0
  private joinedNow = 0
  private leftNow = 0
  private before: Sent = { origin: 0, data: 0, control: 0, tracker: 0 }

  joined({ isListener }: { readonly isListener: boolean }): void {
    if (!isListener) return
    this.here++
    this.joinedNow++
  }

  left({ isListener }: { readonly isListener: boolean }): void {
    if (!isListener) return
    this.here--
    this.leftNow++
  }

  /** The show begins: what was before is no part of its first second. */
  begin(world: World): void {
    this.mark(countersOf(world))
  }

  /** Closes a second of the show. */
  close(world: World, second: number): void {
    const { ears } = world
    const now = countersOf(world)
    const kbps = (of: keyof typeof now): number => Math.round(((now[of] - this.before[of]) * 8) / 1000)
    let hearing = 0
    for (const { self, isListener } of world.here()) if (isListener && ears.hasBegun(self)) hearing++
    this.drafts.push({
      second,
      here: this.here,
      hearing,
      joined: this.joinedNow,
      left: this.leftNow,
      originKbps: kbps('origin'),
      peersKbps: kbps('data') - kbps('origin'),
      controlKbps: kbps('control'),
      trackerKbps: kbps('tracker')
    })
    this.mark(now)
  }

  /** After all accounts are closed. */
  finish({ ears, scenario }: World): Second[] {
    const { packetMs } = scenario.show
    return this.drafts.map((draft) => {
      let due = 0
      let played = 0
      const first = Math.ceil((draft.second * 1000) / packetMs)
      const last = Math.min(ears.dueOf.length - 1, Math.ceil(((draft.second + 1) * 1000) / packetMs))
      for (let q = first; q < last; q++) {
        due += ears.dueOf[q]!
        played += ears.playedOf[q]!
      }
      return { ...draft, continuity: due === 0 ? 1 : played / due }
    })
  }

  /** The next second counts from here. */
  private mark(now: Sent): void {
    this.before = now
    this.joinedNow = 0
    this.leftNow = 0
  }
}

function countersOf({ counters }: World): Sent {
  return {
    origin: counters.dataBytesOut(0),
    data: counters.dataBytes,
    control: counters.controlBytes,
    tracker: counters.trackerBytes
  }
}
