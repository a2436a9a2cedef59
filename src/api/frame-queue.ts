/** Frames on their way to whoever iterates over them. */

import type { HeardFrame } from '../audio/heard-frame.js'

/** While nobody reads, what a newcomer is given at once and a buffer's length are kept: 5 s of 20 ms frames. */
const MAX_UNREAD = 250

/** A reader that falls behind by more than this loses the oldest frames: 5 minutes of 20 ms frames. */
const MAX_QUEUED = 15_000

export class FrameQueue {
  private readonly queue: HeardFrame[] = []
  private wake: (() => void) | undefined
  private ended = false
  private isRead = false

  push(frame: HeardFrame): void {
    if (this.ended) return
    if (this.queue.length >= (this.isRead ? MAX_QUEUED : MAX_UNREAD)) {
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

  end(): void {
    this.ended = true
    this.wake?.()
  }

  /** Each frame once, in order, until the end. For one reader. */
  read(): AsyncGenerator<HeardFrame, void, undefined> {
    this.isRead = true
    return this.drain()
  }

  private async *drain(): AsyncGenerator<HeardFrame, void, undefined> {
    for (;;) {
      const frame = this.queue.shift()
      if (frame !== undefined) yield frame
      else if (this.ended) return
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}
