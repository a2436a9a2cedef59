/** What a listener does with a show's past: where it is in it, and where it goes. A page fetches it with the rest of the past. */

import type { Input } from '../protocol/machine.js'
import type { RunningPeer } from './start-peer.js'
import { toSamples, toSeconds } from './time.js'
import type { Timeline } from './timeline.js'

/** A listener, as its past sees it. */
export interface PastHost {
  /** What comes now is from elsewhere in the show: what was given and not taken is void. */
  readonly jump: () => void
  /** The media time that is heard now, in samples; undefined where what was handed out is all that is known. */
  readonly heard: () => number | undefined
}

export class PastControl {
  private readonly running: RunningPeer
  private readonly host: PastHost
  private isPaused: boolean
  /** Where to go on in the past when no longer paused, in seconds; undefined for the live show. */
  private resumeAt: number | undefined

  /** @param waits whether nothing of the past is to be handed out before {@link goOn}, and where in the show that begins */
  constructor(running: RunningPeer, host: PastHost, waits?: { readonly from: number | undefined }) {
    this.running = running
    this.host = host
    this.isPaused = waits !== undefined
    this.resumeAt = waits?.from
    if (waits !== undefined) this.give({ type: 'hold' })
  }

  timeline(): Timeline {
    const { begin, end, position, kept, live, over } = this.running.peer.timeline()!
    const { resumeAt } = this
    return {
      begin: toSeconds(begin),
      end: toSeconds(end),
      position: resumeAt ?? toSeconds(this.host.heard() ?? position),
      live: live && resumeAt === undefined,
      over,
      keptBytes: kept
    }
  }

  seek(seconds: number): void {
    const place = Math.max(0, seconds)
    if (this.isPaused) this.resumeAt = place
    else this.move({ type: 'seek', mediaTime: toSamples(place) })
  }

  goLive(): void {
    const { live, over } = this.timeline()
    if (live || over) return
    this.resumeAt = undefined
    this.move({ type: 'go-live' })
  }

  /** Nobody listens. The past stands still; the live show does not. */
  pause(): void {
    const { live, position } = this.timeline()
    this.isPaused = true
    if (live) return
    this.resumeAt = position
    this.give({ type: 'hold' })
  }

  /** Somebody listens again: where it was paused in the past, or to the live show. */
  goOn(): void {
    if (!this.isPaused) return
    const { live, position } = this.timeline()
    this.isPaused = false
    this.resumeAt = undefined
    // Whether a show is over may not be known yet: then its past is heard when it is.
    if (live) this.give({ type: 'go-live' })
    else this.seek(position)
  }

  private move(input: Extract<Input, { type: 'seek' | 'go-live' }>): void {
    this.host.jump()
    this.give(input)
  }

  private give(input: Input): void {
    this.running.driver.give(input)
  }
}
