/**
 * What has been captured and waits for its reader. A live show has no use for old audio: what has waited for too long,
 * in the page's queue of messages or here, is passed over.
 */

import type { TreecastError } from '../../protocol/errors.js'
import type { Frame } from '../../protocol/media/frame.js'
import { BLOCK_MS } from './block.js'

/** A block that is older when it reaches the page is stale. It is the listeners' buffer: they have missed it already. */
const STALE_MS = 2_000

/** Once there was a stale one, blocks are taken again from the first that is not older than this: a page that was frozen
 * goes on at the live edge, and not with two seconds of the past. */
const FRESH_MS = 200

export class Intake {
  /** Blocks that were passed over. */
  skipped = 0
  private frames: Frame[] = []
  private hasBegun = false
  private isOver = false
  private isCatchingUp = false
  private failure: TreecastError | undefined
  private wake: () => void = () => undefined

  /** The first block is here. */
  begin(): void {
    this.hasBegun = true
    this.wake()
  }

  /** Whether a block of that age is still worth encoding. */
  wants(ageMs: number): boolean {
    if (ageMs > STALE_MS) this.isCatchingUp = true
    else if (ageMs <= FRESH_MS) this.isCatchingUp = false
    if (this.isCatchingUp) this.skipped++
    return !this.isCatchingUp
  }

  push(frame: Frame): void {
    this.frames.push(frame)
    if (this.frames.length > STALE_MS / BLOCK_MS) {
      this.skipped += this.frames.length - FRESH_MS / BLOCK_MS
      this.frames = this.frames.slice(-FRESH_MS / BLOCK_MS)
    }
    this.wake()
  }

  /** No more comes. What is here is given first, here as in `fail`. */
  end(): void {
    this.isOver = true
    this.wake()
  }

  fail(error: TreecastError): void {
    if (!this.isOver) this.failure = error
    this.end()
  }

  /** Waits for the first block. @returns whether there is one. @throws what it failed with */
  async begun(): Promise<boolean> {
    while (!this.hasBegun && !this.isOver) await this.change()
    if (this.failure !== undefined) throw this.failure
    return this.hasBegun
  }

  /** @returns undefined at the end. @throws what it failed with */
  async next(): Promise<Frame | undefined> {
    while (this.frames.length === 0 && !this.isOver) await this.change()
    const frame = this.frames.shift()
    if (frame === undefined && this.failure !== undefined) throw this.failure
    return frame
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve))
  }
}
