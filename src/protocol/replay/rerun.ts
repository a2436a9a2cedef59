/**
 * Plays the past from one place on: hands out packets in their order, as fast as they are taken or as they are to be heard, and
 * passes over what nobody holds.
 */

import { PAST_PATIENCE_MS, REPLAY_AHEAD_MS } from '../limits.js'
import { SAMPLES_PER_MS } from '../media/frame.js'
import type { Pace, PlayoutStep } from '../media/playout.js'
import { Unpacker } from '../media/unpacker.js'
import type { Packet } from '../wire/packet.js'

/** Where packets of the past come from. */
export interface Shelf {
  /** A packet that is here. */
  find(sequence: number): Packet | undefined
  /** Whether it may still come. */
  isExpected(sequence: number): boolean
  /** The first sequence at or after this one that is here or that anybody holds. */
  next(sequence: number): number | undefined
}

export interface RerunOptions {
  /** The media time to play from, in samples. */
  readonly from: number
  /** `eager`: as fast as it is taken. `timed`: at the pace of the audio. */
  readonly pace: Pace
  /** How far ahead of its time a packet is handed out in `timed` pace, ms. */
  readonly aheadMs: number
}

export class Rerun {
  readonly options: RerunOptions
  /** Since when it is looked for its beginning. */
  readonly since: number
  private readonly shelf: Shelf
  private readonly unpacker = new Unpacker()
  private next: number | undefined
  private playedTo: number
  /** How far the reader has taken what it was given. */
  private takenTo: number
  /** When media time 0 would have been heard; `timed` pace. */
  private epochMs: number | undefined
  private lost = 0
  private waitingSince: number | undefined

  constructor(options: RerunOptions, shelf: Shelf, now: number) {
    this.options = options
    this.shelf = shelf
    this.since = now
    this.playedTo = options.from
    this.takenTo = options.from
  }

  /** The next sequence to play; undefined until the beginning is found. */
  get sequence(): number | undefined {
    return this.next
  }

  /** The media time up to which it was handed out. */
  get position(): number {
    return this.playedTo
  }

  /** The beginning is found. */
  begin(sequence: number): void {
    this.next ??= sequence
  }

  /** The reader has taken what it was given up to this media time. */
  taken(mediaTime: number): void {
    this.takenTo = Math.max(this.takenTo, mediaTime)
  }

  /** Hands out what is due; the last may be the end of the show. */
  advance(now: number): PlayoutStep[] {
    const steps: PlayoutStep[] = []
    while (this.next !== undefined && steps.at(-1)?.type !== 'end') {
      const packet = this.shelf.find(this.next)
      if (packet === undefined) {
        if (!this.passOver(now)) break
        continue
      }
      if (now < this.dueAt(packet, now)) break
      this.waitingSince = undefined
      this.play(packet, steps)
    }
    return steps
  }

  /** When `advance` may have more without anything coming; Infinity if never. */
  nextDeadline(now: number): number {
    if (this.next === undefined) return Infinity
    const packet = this.shelf.find(this.next)
    if (packet !== undefined) return this.dueAt(packet, now)
    return this.waitingSince === undefined ? Infinity : this.waitingSince + PAST_PATIENCE_MS
  }

  private play(packet: Packet, steps: PlayoutStep[]): void {
    if (this.lost > 0) {
      const samples = Math.max(0, packet.mediaTime - this.playedTo)
      steps.push({ type: 'gap', packets: this.lost, samples })
      this.playedTo += samples
      this.lost = 0
    }
    steps.push({ type: 'packet', packet })
    const { items, samples } = this.unpacker.unpack(packet)
    steps.push(...items)
    if (samples > 0) this.playedTo = packet.mediaTime + samples
    this.next = packet.sequence + 1
  }

  /** When a packet is to be handed out; Infinity while its reader has enough. */
  private dueAt(packet: Packet, now: number): number {
    const { pace, aheadMs } = this.options
    const timeMs = Math.ceil(packet.mediaTime / SAMPLES_PER_MS)
    if (pace === 'eager')
      return this.playedTo - this.takenTo <= REPLAY_AHEAD_MS * SAMPLES_PER_MS ? -Infinity : Infinity
    // Later than it was to be heard: it ran dry, and the time goes on from here.
    if (this.epochMs === undefined || now > this.epochMs + timeMs) this.epochMs = now - timeMs
    return this.epochMs + timeMs - aheadMs
  }

  /** @returns whether there is another packet to look at */
  private passOver(now: number): boolean {
    const next = this.shelf.next(this.next!)
    if (this.shelf.isExpected(this.next!) || next === undefined) {
      this.waitingSince = undefined
      return false
    }
    this.waitingSince ??= now
    if (now < this.waitingSince + PAST_PATIENCE_MS) return false
    this.waitingSince = undefined
    this.lost += next - this.next!
    this.next = next
    return true
  }
}
