/**
 * The show as one peer holds it: gate, window and playout under its certificates. One that takes over goes on with the same
 * show; any other new epoch begins a new one.
 */

import type { Certificate } from '../wire/certificate.js'
import { type Packet, PACKET_KIND, readPacket, signaturePart } from '../wire/packet.js'
import { SAMPLES_PER_MS } from './frame.js'
import { type Admission, type Checking, Gate } from './gate.js'
import { type Pace, Playout } from './playout.js'
import { type Mandate, Succession } from './succession.js'
import { type Kept, Window } from './window.js'

/** Holes looked at together. Far more than any repair can fill at once. */
const MAX_HOLES = 256

export interface ShowOptions {
  readonly pace: Pace
  readonly bufferMs: number
  /** Whether playout gives every packet, beside what is to be heard. */
  readonly recording: boolean
}

/** A packet that is to be checked: what was signed, by which key. */
export interface Check {
  readonly sequence: number
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export class Show<From> {
  readonly succession: Succession
  readonly stripes: number
  readonly window: Window
  readonly playout: Playout
  private readonly gate: Gate<From>
  /** No hole is below this sequence: where to begin to look for one. */
  private solidTo = 0
  /** The earliest that any packet came, against its media time: the best way there has been. */
  private bestOffsetMs = Infinity
  private offsetMs = 0

  constructor(mandate: Mandate, options: ShowOptions) {
    const { broadcast, stripes } = mandate.certificate
    this.succession = new Succession(mandate)
    this.stripes = stripes
    this.window = new Window(stripes)
    this.playout = new Playout(this.window, { stripes, ...options })
    this.gate = new Gate(broadcast, this.succession, this.window)
  }

  /** The epoch that signs now. */
  get current(): number {
    return this.certificateAt(Math.max(0, this.window.newest)).epoch
  }

  /** Whether requests of this epoch are about this show. */
  has(epoch: number): boolean {
    return this.succession.has(epoch)
  }

  /** Whether the key that signs this sequence is known, and is of this epoch. */
  canCheck({ epoch, sequence }: Pick<Packet, 'epoch' | 'sequence'>): boolean {
    return this.succession.at(sequence)?.epoch === epoch
  }

  /** The certificate of a packet that has been let in. */
  certificateAt(sequence: number): Certificate {
    return this.succession.at(sequence) ?? this.succession.oldest
  }

  /**
   * Judges what came in a DATA message.
   *
   * @param isBusy whether as many checks of this sender's are under way as it may ask for
   * @throws WireError if it is no packet.
   */
  receive(
    bytes: Uint8Array,
    hops: number,
    from: From,
    isBusy = false
  ): { admission: Admission; sequence: number; check?: Check } {
    const packet = readPacket(bytes)
    const admission = this.gate.admit(packet, hops, from, isBusy)
    const { sequence } = packet
    if (admission !== 'check') return { admission, sequence }
    const message = this.gate.messageOf(packet)
    const key = this.certificateAt(sequence).showKey
    const check = { sequence, key, message, signature: signaturePart(bytes) }
    return { admission, sequence, check }
  }

  /** A check is done. @returns who sent the packet, and the packet if it is good and new. */
  settle(sequence: number, valid: boolean, now: number): { from: From; kept: Kept | undefined } | undefined {
    const checking = this.gate.settle(sequence)
    if (checking === undefined) return undefined
    return { from: checking.from, kept: valid ? this.keep(checking, now) : undefined }
  }

  /** The origin's own packet: nobody has to check it. */
  insertOwn(bytes: Uint8Array, now: number): Kept {
    const kept: Kept = { packet: readPacket(bytes), hops: 0, at: now }
    this.window.insert(kept)
    return kept
  }

  /** What the show key must have signed. */
  messageOf(packet: Packet): Uint8Array {
    return this.gate.messageOf(packet)
  }

  /** What the signature of a packet must cover. */
  messageToSign(unsigned: Uint8Array): Uint8Array {
    return this.gate.messageOfUnsigned(unsigned)
  }

  /** How much later than by the best way so far packets come now; ms, smoothed. */
  get lagMs(): number {
    return this.bestOffsetMs === Infinity ? 0 : Math.max(0, this.offsetMs - this.bestOffsetMs)
  }

  // What the tree asks of the show's progress.

  get newest(): number {
    return this.window.newest
  }

  get elapsedMs(): number {
    return this.window.newestMediaTime / SAMPLES_PER_MS
  }

  newestIn(stripe: number): number {
    return this.window.newestIn(stripe)
  }

  get wanted(): number {
    return Math.max(this.playout.wanted, this.window.floor)
  }

  after(sequence: number): { showMs: number; at: number } | undefined {
    const kept = this.window.next(sequence)
    if (kept === undefined) return undefined
    return { showMs: (this.window.newestMediaTime - kept.packet.mediaTime) / SAMPLES_PER_MS, at: kept.at }
  }

  behindMs(sequence: number): number {
    const kept = this.window.get(sequence)
    return kept === undefined ? 0 : (this.window.newestMediaTime - kept.packet.mediaTime) / SAMPLES_PER_MS
  }

  get isWhole(): boolean {
    return !this.playout.playing || this.firstHole() > this.window.newest
  }

  holes(): number[] {
    if (!this.playout.playing) return []
    return this.window.missing(this.firstHole(), MAX_HOLES)
  }

  /** The lowest sequence that is wanted and not here: behind the newest if none is missing. */
  private firstHole(): number {
    this.solidTo = Math.max(this.solidTo, this.wanted)
    while (this.window.has(this.solidTo)) this.solidTo++
    return this.solidTo
  }

  missing(beforeInStripe: number, beforeInShow: number): number[] {
    return this.holes().filter(
      (sequence) =>
        this.passedAt(sequence, this.stripes) <= beforeInStripe || this.passedAt(sequence, 1) <= beforeInShow
    )
  }

  /** When the first later packet came, counting on by so many sequences; Infinity if none has. */
  private passedAt(sequence: number, step: number): number {
    for (let later = sequence + step; later <= this.window.newest; later += step) {
      const kept = this.window.get(later)
      if (kept !== undefined) return kept.at
    }
    return Infinity
  }

  private keep(checking: Checking<From>, now: number): Kept | undefined {
    const kept: Kept = { packet: checking.packet, hops: checking.hops, at: now }
    if (!this.window.insert(kept)) return undefined
    if (kept.packet.kind === PACKET_KIND.end) this.playout.endIsKnown(now)
    if (kept.packet.sequence === this.window.newest) this.observe(kept)
    return kept
  }

  /** Smooths as RFC 6298 does a round trip: an eighth of each new sample. */
  private observe(kept: Kept): void {
    const offset = kept.at - kept.packet.mediaTime / SAMPLES_PER_MS
    this.offsetMs = this.bestOffsetMs === Infinity ? offset : this.offsetMs + (offset - this.offsetMs) / 8
    this.bestOffsetMs = Math.min(this.bestOffsetMs, offset)
  }
}
