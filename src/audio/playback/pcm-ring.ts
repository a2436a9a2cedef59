/**
 * The last seconds of decoded audio, addressed by media time.
 *
 * What was never written is silence, so a hole needs no bookkeeping: time goes on over it. The samples at its edges are
 * faded, since a wave that breaks off clicks.
 */
import type { Pcm } from '../decode/codec.js'

/** 2.5 ms: too short to be heard as a fade, long enough not to be heard as a click. */
const EDGE_FADE_SAMPLES = 120

export class PcmRing {
  readonly left: Float32Array
  readonly right: Float32Array
  /** A power of two, by which division is exact. */
  readonly capacity: number
  #begin = 0
  #end = 0
  #empty = true

  /** @param samples what it must hold at least */
  constructor(samples: number) {
    this.capacity = 2 ** Math.ceil(Math.log2(samples))
    this.left = new Float32Array(this.capacity)
    this.right = new Float32Array(this.capacity)
  }

  get empty(): boolean {
    return this.#empty
  }

  /** The media time of the oldest sample that is kept. */
  get begin(): number {
    return Math.max(this.#begin, this.#end - this.capacity)
  }

  /** The media time after the newest. */
  get end(): number {
    return this.#end
  }

  /** The index of a media time. A mask would do only below 2^31 samples, which is half a day. */
  index(at: number): number {
    return at - Math.floor(at / this.capacity) * this.capacity
  }

  clear(): void {
    this.#empty = true
    this.left.fill(0)
    this.right.fill(0)
  }

  /**
   * Takes a block; one channel is heard on both sides. What is older than what is here is passed over: blocks come in order.
   *
   * @param heard the media time up to which nothing can be changed any more
   */
  write(at: number, pcm: Pcm, heard: number): void {
    const length = pcm[0]?.length ?? 0
    const end = at + length
    if (this.#empty) {
      this.#begin = at
      this.#end = at
      this.#empty = false
    }
    if (end <= this.#end) return
    const hole = at - this.#end
    if (hole > 0) this.#leaveHole(hole, heard)
    const from = Math.max(0, -hole, length - this.capacity)
    this.#put(this.left, pcm[0]!, at, from)
    this.#put(this.right, pcm[1] ?? pcm[0]!, at, from)
    this.#end = end
    if (hole > 0) this.#fade(at, Math.min(EDGE_FADE_SAMPLES, length), 1)
  }

  /** Copies out samples as they are. */
  copy(at: number, left: Float32Array, right: Float32Array): void {
    const index = this.index(at)
    const first = Math.min(left.length, this.capacity - index)
    left.set(this.left.subarray(index, index + first))
    right.set(this.right.subarray(index, index + first))
    left.set(this.left.subarray(0, left.length - first), first)
    right.set(this.right.subarray(0, left.length - first), first)
  }

  #leaveHole(length: number, heard: number): void {
    const fade = Math.min(EDGE_FADE_SAMPLES, this.#end - Math.max(heard, this.begin))
    if (fade > 0) this.#fade(this.#end - fade, fade, -1)
    const silent = Math.min(length, this.capacity)
    for (let at = this.#end + length - silent, left = silent; left > 0;) {
      const index = this.index(at)
      const run = Math.min(left, this.capacity - index)
      this.left.fill(0, index, index + run)
      this.right.fill(0, index, index + run)
      at += run
      left -= run
    }
    this.#end += length
  }

  #put(ring: Float32Array, channel: Float32Array, at: number, from: number): void {
    const index = this.index(at + from)
    const first = Math.min(channel.length - from, this.capacity - index)
    ring.set(channel.subarray(from, from + first), index)
    ring.set(channel.subarray(from + first), 0)
  }

  /** In (1) or out (−1), in a straight line. */
  #fade(from: number, length: number, direction: 1 | -1): void {
    for (let step = 0; step < length; step++) {
      const gain = (direction > 0 ? step + 1 : length - step) / (length + 1)
      const index = this.index(from + step)
      this.left[index]! *= gain
      this.right[index]! *= gain
    }
  }
}
