/**
 * Playout: takes packets out of the window in order and decides when a missing one is given up.
 *
 * Two paces, one mechanism. `eager` hands out what is next as soon as it is there, and waits at a hole until the show
 * has gone on by the buffer's length, and for a while by the clock: for files and pipes, whose reader keeps its own
 * time. `timed` hands out each packet when its media time has come, the buffer's length behind the live edge: for ears.
 */

import { HOLE_PATIENCE_MS, START_GRACE_MS } from '../limits.js'
import { SAMPLES_PER_MS } from './frame.js'
import { type PlayoutItem, type PlayoutStep, Unpacker } from './unpacker.js'
import type { Kept, Window } from './window.js'

export type { PlayoutItem, PlayoutStep }

export type Pace = 'eager' | 'timed'

export interface PlayoutOptions {
  readonly stripes: number
  readonly pace: Pace
  readonly bufferMs: number
  readonly recording?: boolean
}

export class Playout {
  private readonly window: Window
  private readonly options: PlayoutOptions
  /** The next sequence to play; undefined until it is known where to begin. */
  private nextSequence: number | undefined
  /** Where the show has been played to, in samples. */
  private playedTo = 0
  /** Wall time at which media time 0 is heard, in `timed` pace. */
  private epochMs = Infinity
  /** Whether anything was handed out: from then on the time is fixed. */
  private heard = false
  private firstAt: number | undefined
  /** When the end was first known of: what is missing then has a buffer's length of wall time left. */
  private endKnownAt: number | undefined
  private ended = false
  private readonly unpacker = new Unpacker()

  constructor(window: Window, options: PlayoutOptions) {
    this.window = window
    this.options = options
  }

  /** The lowest sequence that is still worth having. */
  get wanted(): number {
    return this.nextSequence ?? this.window.floor
  }

  get playing(): boolean {
    return this.nextSequence !== undefined
  }

  /** The media time up to which it was handed out, in samples. */
  get position(): number {
    return this.playedTo
  }

  /** Media time that is here and not yet played, holes included; ms. */
  get bufferedMs(): number {
    return this.playing ? Math.max(0, (this.window.newestMediaTime - this.playedTo) / SAMPLES_PER_MS) : 0
  }

  /** Tells that a packet of the show's end has been verified. */
  endIsKnown(now: number): void {
    this.endKnownAt ??= now
  }

  /** Hands out what is due. */
  advance(now: number): PlayoutStep[] {
    const items: PlayoutStep[] = []
    if (this.ended || this.window.size === 0) return items
    this.firstAt ??= now
    if (this.nextSequence === undefined && !this.begin(now)) return items
    if (!this.heard) this.anchor(now)
    for (;;) {
      const sequence = this.nextSequence!
      const kept = this.window.get(sequence)
      if (kept === undefined) {
        const after = this.window.next(sequence)
        if (after === undefined || !this.giveUp(after, now)) break
        this.skipTo(after, items)
      } else {
        if (now < this.due(kept)) break
        this.nextSequence = sequence + 1
        this.heard = true
        this.play(kept, items)
        if (items.at(-1)?.type === 'end') break
      }
    }
    return items
  }

  /** When `advance` may have more to hand out without any packet arriving; Infinity if never. */
  nextDeadline(): number {
    if (this.ended || this.window.size === 0) return Infinity
    if (this.nextSequence === undefined) return (this.firstAt ?? 0) + START_GRACE_MS
    const next = this.window.next(this.nextSequence)
    if (next === undefined) return Infinity
    if (this.options.pace === 'timed') return this.due(next)
    if (next.packet.sequence > this.nextSequence && this.showHasPassed) return next.at + this.patienceMs
    return this.endKnownAt === undefined ? Infinity : this.endKnownAt + this.options.bufferMs
  }

  /**
   * Where to begin: at the first sequence from which on every stripe has its packets. With `first(i)` the earliest
   * packet of stripe i, that is the largest of them less S − 1, since any S consecutive sequences hold one of each
   * stripe. A stripe that gave nothing for a grace time is not waited for.
   */
  private begin(now: number): boolean {
    const { stripes } = this.options
    let latest = -1
    let complete = true
    for (let stripe = 0; stripe < stripes; stripe++) {
      const first = this.window.firstIn(stripe)
      if (first < 0) complete = false
      latest = Math.max(latest, first)
    }
    const fromTheTop = this.window.has(0)
    if (!complete && !fromTheTop && now < this.firstAt! + START_GRACE_MS) return false
    this.nextSequence = fromTheTop ? 0 : Math.max(this.window.floor, latest - stripes + 1)
    const first = this.window.next(this.nextSequence)
    if (first === undefined) return false
    // A hole before the first packet is no gap: nobody promised what came before.
    this.nextSequence = first.packet.sequence
    this.playedTo = first.packet.mediaTime
    return true
  }

  /** Whether the show has gone on by the buffer's length without what is missing. */
  private get showHasPassed(): boolean {
    return this.window.newestMediaTime - this.playedTo > this.options.bufferMs * SAMPLES_PER_MS
  }

  /** When to begin: a buffer's length behind the live edge, which is at once when a whole past has come. */
  private anchor(now: number): void {
    const wait = Math.max(0, this.options.bufferMs - this.bufferedMs)
    this.epochMs = Math.min(this.epochMs, now + wait - this.playedTo / SAMPLES_PER_MS)
  }

  private due(kept: Kept): number {
    return this.options.pace === 'eager' ? -Infinity : this.epochMs + kept.packet.mediaTime / SAMPLES_PER_MS
  }

  private giveUp(after: Kept, now: number): boolean {
    if (this.nextSequence! < this.window.floor) return true
    const { bufferMs, pace } = this.options
    if (this.endKnownAt !== undefined && now >= this.endKnownAt + bufferMs) return true
    if (pace === 'timed') return now >= this.due(after)
    return this.showHasPassed && now >= after.at + this.patienceMs
  }

  private get patienceMs(): number {
    return Math.min(HOLE_PATIENCE_MS, this.options.bufferMs)
  }

  private skipTo(after: Kept, items: PlayoutStep[]): void {
    const { sequence, mediaTime } = after.packet
    items.push({
      type: 'gap',
      packets: sequence - this.nextSequence!,
      samples: Math.max(0, mediaTime - this.playedTo)
    })
    this.nextSequence = sequence
    this.playedTo = Math.max(this.playedTo, mediaTime)
  }

  private play(kept: Kept, items: PlayoutStep[]): void {
    const { packet } = kept
    if (this.options.recording === true) items.push({ type: 'packet', packet })
    const { items: unpacked, samples } = this.unpacker.unpack(packet)
    items.push(...unpacked)
    this.playedTo = Math.max(this.playedTo, packet.mediaTime + samples)
    if (unpacked.at(-1)?.type === 'end') this.ended = true
  }
}
