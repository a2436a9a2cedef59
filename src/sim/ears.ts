/**
 * What each listener hears, judged alike for every topology: a packet that came before its time was played, any other was
 * not. As `protocol/media/playout.ts` does for people: hearing begins at the first run of packets that holds one of each
 * stripe, when the buffer is full (`timed`) or at once (`eager`), and goes on at the show's pace.
 */

import { reaching } from './growable.js'
import { Histogram } from './histogram.js'

export interface EarOptions {
  readonly packetMs: number
  /** Packets in the whole show. */
  readonly packets: number
  /** When the show's first sample is made; ms of the world. */
  readonly beginMs: number
  readonly bufferMs: number
  readonly pace: 'timed' | 'eager'
  readonly stripes: number
}

/** What one listener has heard by the time that it left. */
export interface Heard {
  /** From its coming, or the show's begin, to the first sound, ms; undefined if there was none. */
  readonly startupMs: number | undefined
  /** Packets that were due while it listened, and those that came in time. */
  readonly due: number
  readonly played: number
}

/** Sequences that are remembered, a bit each: 51 s of 100 ms. */
const REMEMBERED = 512
const WORDS = REMEMBERED / 32

/** Who has no whole run after so long begins with what there is, as playout does. */
const PATIENCE_MS = 3_000

/** After a disturbance packets are looked at that were made within so long. */
export const AFTERMATH_MS = 5_000

/** How much of a peer's usual delay a new packet changes, as RFC 6298 smooths round trips. */
const SMOOTHING = 1 / 8

const NEVER = -1

export class Ears {
  /** From making to arrival of live packets, ms. */
  readonly delays = new Histogram(1, 30_000)
  /** The same by links passed, in steps of 10 ms. */
  readonly delaysByHops: Histogram[] = []
  /** For each listener and disturbance how much later than usual the latest packet of the next seconds came, ms. */
  readonly recoveries = new Histogram(10, AFTERMATH_MS)
  /** By sequence: listeners for whom it was due, and for whom it came in time. */
  readonly dueOf: Int32Array
  readonly playedOf: Int32Array
  /** Whether a listener is there and awake: nobody else's recovery is waited for. */
  isWell: (ear: number) => boolean = () => true
  private readonly options: EarOptions
  private heard = new Int32Array(64 * WORDS)
  private newest = new Int32Array(64).fill(NEVER)
  /** Where hearing begins; NEVER before it is known. */
  private from = new Int32Array(64).fill(NEVER)
  private firstAt = new Float64Array(64)
  private begunAt = new Float64Array(64)
  /** When `from` is due. */
  private epoch = new Float64Array(64)
  private inTime = new Int32Array(64)
  private usual = new Float32Array(64)
  private worst = new Float32Array(64)
  private disturbedAt = -Infinity
  private count = 0

  constructor(options: EarOptions) {
    this.options = options
    this.dueOf = new Int32Array(options.packets + 1)
    this.playedOf = new Int32Array(options.packets + 1)
  }

  /** Links that live packets passed. */
  get hops(): Histogram {
    const hops = new Histogram(1, this.delaysByHops.length)
    this.delaysByHops.forEach(({ count }, each) => hops.add(each, count))
    return hops
  }

  /** Whether this listener hears anything yet. */
  hasBegun(ear: number): boolean {
    return ear < this.count && this.from[ear] !== NEVER
  }

  /** A packet has reached a listener. @returns whether it is new to it. */
  hear(ear: number, sequence: number, hops: number, now: number): boolean {
    if (sequence >= this.options.packets) return true
    this.reach(ear)
    const newest = this.newest[ear]!
    if (sequence <= newest - REMEMBERED || this.has(ear, sequence)) return false
    if (newest === NEVER) this.firstAt[ear] = now
    if (sequence > newest) this.advance(ear, newest, sequence)
    this.set(ear, sequence)
    if (this.from[ear] === NEVER) this.maybeBegin(ear, sequence, now)
    else if (sequence >= this.from[ear]!) {
      if (now < this.epoch[ear]!) this.anchor(ear, now)
      if (this.due(ear, sequence) >= now) {
        this.inTime[ear]!++
        this.playedOf[sequence]!++
      }
    }
    const delay = now - this.madeAt(sequence)
    if (this.from[ear] !== NEVER && this.madeAt(sequence) >= this.begunAt[ear]!) {
      this.observe(ear, sequence, delay, hops)
    }
    return true
  }

  /** Something went wrong for some: how long is it felt? */
  disturb(now: number): void {
    this.collect(now)
    this.disturbedAt = now
    this.worst.fill(0)
  }

  /** Judges the last disturbance if its aftermath is over: another may have come since this was planned. */
  settle(now: number): void {
    if (now >= this.disturbedAt + AFTERMATH_MS + this.options.bufferMs) this.collect(now)
  }

  /** Judges the last disturbance by what should have come by now. */
  collect(now: number): void {
    const until = Math.min(this.disturbedAt + AFTERMATH_MS, now - this.options.bufferMs)
    if (this.disturbedAt === -Infinity || until <= this.disturbedAt) return
    const first = Math.max(0, this.sequenceAt(this.disturbedAt))
    const last = Math.min(this.options.packets, this.sequenceAt(until)) - 1
    for (let ear = 1; ear < this.count; ear++) {
      if (this.from[ear] === NEVER || this.begunAt[ear]! > this.disturbedAt || !this.isWell(ear)) continue
      let isWhole = true
      for (let q = first; q <= last && isWhole; q++) {
        isWhole = q > this.newest[ear]! ? false : q <= this.newest[ear]! - REMEMBERED || this.has(ear, q)
      }
      this.recoveries.add(isWhole ? this.worst[ear]! : AFTERMATH_MS)
    }
    this.disturbedAt = -Infinity
  }

  /** Closes a listener's account. @param until when it stopped to listen: Infinity if it heard the end */
  close(ear: number, cameAt: number, until: number): Heard {
    if (!this.hasBegun(ear)) return { startupMs: undefined, due: 0, played: 0 }
    const { packets, packetMs, beginMs, pace } = this.options
    const from = this.from[ear]!
    const epoch = this.epoch[ear]!
    const passed = until === Infinity ? packets : Math.max(0, Math.floor((until - epoch) / packetMs) + 1)
    const due = Math.min(packets - from, passed)
    let ahead = 0
    for (let q = Math.max(from + due, this.newest[ear]! - REMEMBERED + 1); q <= this.newest[ear]!; q++) {
      if (!this.has(ear, q)) continue
      ahead++
      this.playedOf[q]!--
    }
    this.dueOf[from]!++
    this.dueOf[from + due]!--
    const firstSound = pace === 'timed' ? epoch : this.begunAt[ear]!
    return {
      startupMs: until >= firstSound ? firstSound - Math.max(cameAt, beginMs) : undefined,
      due,
      played: this.inTime[ear]! - ahead
    }
  }

  /** Turns `dueOf` from differences into counts; after the last account is closed. */
  finish(): void {
    for (let q = 1; q < this.dueOf.length; q++) this.dueOf[q]! += this.dueOf[q - 1]!
  }

  /** When a packet is made, which is when its last frame is there. */
  madeAt(sequence: number): number {
    return this.options.beginMs + (sequence + 1) * this.options.packetMs
  }

  private sequenceAt(time: number): number {
    return Math.ceil((time - this.options.beginMs) / this.options.packetMs - 1)
  }

  private observe(ear: number, sequence: number, delay: number, hops: number): void {
    this.delays.add(delay)
    ;(this.delaysByHops[hops] ??= new Histogram(10, 10_000)).add(delay)
    const made = this.madeAt(sequence)
    if (made >= this.disturbedAt && made < this.disturbedAt + AFTERMATH_MS) {
      this.worst[ear] = Math.max(this.worst[ear]!, delay - this.usual[ear]!)
    } else if (this.usual[ear] === 0) this.usual[ear] = delay
    else this.usual[ear]! += (delay - this.usual[ear]!) * SMOOTHING
  }

  private maybeBegin(ear: number, sequence: number, now: number): void {
    let low = sequence
    let high = sequence
    while (low > 0 && this.has(ear, low - 1)) low--
    while (high < this.newest[ear]! && this.has(ear, high + 1)) high++
    const isLate = now >= this.firstAt[ear]! + PATIENCE_MS
    if (high - low + 1 < this.options.stripes && low > 0 && !isLate) return
    this.from[ear] = low
    this.begunAt[ear] = now
    this.epoch[ear] = Infinity
    this.anchor(ear, now)
    for (let q = low; q <= this.newest[ear]!; q++) {
      if (!this.has(ear, q)) continue
      this.inTime[ear]!++
      this.playedOf[q]!++
    }
  }

  /** A buffer's length behind the live edge, which is at once when a whole past has come. */
  private anchor(ear: number, now: number): void {
    const buffered = (this.newest[ear]! - this.from[ear]! + 1) * this.options.packetMs
    this.epoch[ear] = Math.min(this.epoch[ear]!, now + Math.max(0, this.options.bufferMs - buffered))
  }

  private due(ear: number, sequence: number): number {
    return this.epoch[ear]! + (sequence - this.from[ear]!) * this.options.packetMs
  }

  private advance(ear: number, newest: number, sequence: number): void {
    for (let q = Math.max(newest + 1, sequence - REMEMBERED + 1); q < sequence; q++) this.unset(ear, q)
    this.newest[ear] = sequence
  }

  private has(ear: number, sequence: number): boolean {
    if (sequence > this.newest[ear]! || sequence <= this.newest[ear]! - REMEMBERED) return false
    const place = sequence % REMEMBERED
    return (this.heard[ear * WORDS + (place >>> 5)]! & (1 << (place & 31))) !== 0
  }

  private set(ear: number, sequence: number): void {
    const place = sequence % REMEMBERED
    this.heard[ear * WORDS + (place >>> 5)]! |= 1 << (place & 31)
  }

  private unset(ear: number, sequence: number): void {
    const place = sequence % REMEMBERED
    this.heard[ear * WORDS + (place >>> 5)]! &= ~(1 << (place & 31))
  }

  private reach(ear: number): void {
    if (ear < this.count) return
    const from = this.count
    this.count = ear + 1
    this.heard = reaching(this.heard, ear * WORDS + WORDS - 1)
    this.newest = reaching(this.newest, ear)
    this.from = reaching(this.from, ear)
    this.newest.fill(NEVER, from)
    this.from.fill(NEVER, from)
    this.firstAt = reaching(this.firstAt, ear)
    this.begunAt = reaching(this.begunAt, ear)
    this.epoch = reaching(this.epoch, ear)
    this.inTime = reaching(this.inTime, ear)
    this.usual = reaching(this.usual, ear)
    this.worst = reaching(this.worst, ear)
  }
}
