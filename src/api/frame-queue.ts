/** Frames on their way to whoever iterates over them. */

import type { HeardFrame } from '../audio/heard-frame.js'

/** While nobody reads, what a newcomer is given at once and a buffer's length are kept: 5 s of 20 ms frames. */
const MAX_UNREAD = 250

/** A reader that falls behind by more than this loses the oldest frames: 5 minutes of 20 ms frames. */
const MAX_QUEUED = 15_000

/** A reader of the past is given more when it has taken so much: half a second. */
const TAKEN_SAMPLES = 24_000

export class FrameQueue {
  private readonly onTaken: (mediaTime: number) => void
  private takenTo = -Infinity
  private readonly queue: HeardFrame[] = []
  private wake: (() => void) | undefined
  private ended = false
  private isRead = false

  /** @param onTaken is told now and then up to which media time frames were taken */
  constructor(onTaken: (mediaTime: number) => void = () => undefined) {
    this.onTaken = onTaken
  }

  /** @param isPast it waits for a reader, and so does what would follow it; a live frame waits for nobody */
  push(frame: HeardFrame, isPast = false): void {
    if (this.ended) return
    if (this.queue.length >= (this.isRead || isPast ? MAX_QUEUED : MAX_UNREAD)) {
      const lost = this.queue.shift()!
      const next = this.queue[0]
      if (next !== undefined) {
        const lostBefore = next.lostBefore + lost.lostBefore + lost.samples
        const begins = next.begins === 'no' && lost.begins !== 'no' ? 'middle' : next.begins
        this.queue[0] = { ...next, lostBefore, begins }
      }
    }
    this.queue.push(frame)
    this.wake?.()
  }

  /** Forgets what nobody has taken yet: what comes now is from elsewhere in the show. */
  clear(): void {
    this.queue.length = 0
    this.takenTo = -Infinity
  }

  end(): void {
    this.ended = true
    this.wake?.()
  }

  /** Each frame once, in order, until the end. For one reader. */
  read(): AsyncGenerator<HeardFrame, void, undefined> {
    this.isRead = true
    return this.drain()
  }

  private taken({ mediaTime }: HeardFrame): void {
    if (mediaTime < this.takenTo + TAKEN_SAMPLES) return
    this.takenTo = mediaTime
    this.onTaken(mediaTime)
  }

  private async *drain(): AsyncGenerator<HeardFrame, void, undefined> {
    for (;;) {
      const frame = this.queue.shift()
      if (frame !== undefined) {
        this.taken(frame)
        yield frame
      } else if (this.ended) return
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}
