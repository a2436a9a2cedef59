/** Frames on their way to whoever iterates over them. */

import type { Frame, StreamFormat } from '../protocol/media/frame.js'

/** A frame as a listener is given it. */
export interface HeardFrame extends Frame {
  /** When it plays: samples at 48 kHz since the show's begin. */
  readonly mediaTime: number
  readonly format: StreamFormat
  /** Whether a decoder begins anew with this frame: at the start of a stream, or in its middle, where we joined. */
  readonly begins: 'no' | 'start' | 'middle'
  /** Samples that were lost just before it; 0 for most. */
  readonly lostBefore: number
}

/** A reader that falls behind by more than this loses the oldest frames: 5 minutes of 20 ms frames. */
const MAX_QUEUED = 15_000

export class FrameQueue {
  private readonly queue: HeardFrame[] = []
  private wake: (() => void) | undefined
  private ended = false

  push(frame: HeardFrame): void {
    if (this.ended) return
    if (this.queue.length >= MAX_QUEUED) {
      const lost = this.queue.shift()!
      const next = this.queue[0]
      if (next !== undefined) {
        this.queue[0] = { ...next, lostBefore: next.lostBefore + lost.lostBefore + lost.samples }
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
  async *read(): AsyncGenerator<HeardFrame, void, undefined> {
    for (;;) {
      const frame = this.queue.shift()
      if (frame !== undefined) yield frame
      else if (this.ended) return
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}
