/**
 * Links between hosts, in virtual time: when what is sent arrives, if it does. An upload line is one queue for all links of a
 * host; loss comes in bursts (Gilbert–Elliott); what is a datagram may be lost, late, twice or out of order; what is a
 * control message is sent again until it arrives, in order, as SCTP and TCP do.
 */

import type { Random } from '../protocol/random.js'
import { exponential } from './draws.js'
import { type Place, roundTripMs } from './geography.js'
import { reaching } from './growable.js'
import { canConnect, type Nat } from './nat.js'

/** How a host is connected to the world. */
export interface Line {
  readonly place: Place
  readonly nat: Nat
  /** Upload, kbit/s of 1,000 bit; Infinity for no limit. */
  readonly uplinkKbps: number
  /** Share of packets that is lost, 0…1. Between two lines the worse one counts. */
  readonly loss: number
}

export interface NetworkOptions {
  /** Mean of a random extra delay of each message, ms. */
  readonly jitterMs: number
  /** Mean length of a burst of losses, packets. */
  readonly lossBurst: number
  /** Share of datagrams that arrive twice; 0…1. */
  readonly duplicates: number
  /** Share of datagrams that are overtaken by later ones: they wait as long again as they travelled; 0…1. */
  readonly reordering: number
}

/** What an upload line's buffer holds before it drops datagrams, ms: home routers have about so much. */
export const LINE_QUEUE_MS = 500

/** Headers of IP, UDP, DTLS and SCTP around a message, bytes: 28 + 29 + 28. */
export const HEADER_BYTES = 85

/** A lost control message is sent again after two round trips, but not sooner than so (RFC 6298 allows 1 s, Linux uses this). */
const RETRANSMIT_MS = 200

/** One direction that lets nothing through: from hosts with one mark to hosts with another. */
export interface Partition {
  readonly from: ReadonlySet<number>
  readonly to: ReadonlySet<number>
}

export const LOST = -1

export class Network {
  /** Hosts that let others wait: ms added to whatever they send. */
  readonly delayOf = new Map<number, number>()
  readonly partitions = new Set<Partition>()
  /** Every line loses so much at least; 0…1. */
  leastLoss = 0
  private readonly options: NetworkOptions
  private readonly random: Random
  private readonly lines: Line[] = []
  private queueEnds = new Float64Array(64)
  private hostOfEnd = new Int32Array(256)
  private isOpen = new Uint8Array(256)
  private isLosing = new Uint8Array(256)
  private oneWayMs = new Float64Array(256)
  private lastControlAt = new Float64Array(256)
  private ends = 0

  constructor(options: NetworkOptions, random: Random) {
    this.options = options
    this.random = random
  }

  /** Adds a host. @returns its number: 0, 1, 2… */
  add(line: Line): number {
    this.queueEnds = reaching(this.queueEnds, this.lines.length)
    return this.lines.push(line) - 1
  }

  lineOf(host: number): Line {
    return this.lines[host]!
  }

  canConnect(a: number, b: number): boolean {
    if (this.isCut(a, b) || this.isCut(b, a)) return false
    return canConnect(this.lines[a]!.nat, this.lines[b]!.nat)
  }

  roundTripMs(a: number, b: number): number {
    return roundTripMs(this.lines[a]!.place, this.lines[b]!.place) + this.slowness(a) + this.slowness(b)
  }

  /** Opens a link. @returns its end at `a`; the one at `b` is the next number. Ends are never used again. */
  open(a: number, b: number): number {
    const end = this.ends
    this.ends += 2
    this.hostOfEnd = reaching(this.hostOfEnd, end + 1)
    this.isOpen = reaching(this.isOpen, end + 1)
    this.isLosing = reaching(this.isLosing, end + 1)
    this.oneWayMs = reaching(this.oneWayMs, end + 1)
    this.lastControlAt = reaching(this.lastControlAt, end + 1)
    this.hostOfEnd[end] = a
    this.hostOfEnd[end + 1] = b
    this.isOpen[end] = this.isOpen[end + 1] = 1
    const delay = roundTripMs(this.lines[a]!.place, this.lines[b]!.place) / 2
    this.oneWayMs[end] = this.oneWayMs[end + 1] = delay
    return end
  }

  /** The host at an end. */
  hostAt(end: number): number {
    return this.hostOfEnd[end]!
  }

  isOpenAt(end: number): boolean {
    return this.isOpen[end] === 1
  }

  /** This end takes and gives nothing more. */
  closeAt(end: number): void {
    this.isOpen[end] = 0
  }

  /** When a datagram arrives that is sent now, ms, or {@link LOST}. */
  datagram(end: number, bytes: number, now: number): number {
    const host = this.hostOfEnd[end]!
    const sentAt = this.queue(host, bytes, now, LINE_QUEUE_MS)
    if (sentAt === LOST) return LOST
    if (this.loses(end, host) || this.isCut(host, this.hostOfEnd[end ^ 1]!)) return LOST
    let travelMs = this.oneWayMs[end]! + this.jitter() + this.slowness(host)
    if (this.options.reordering > 0 && this.random.unit() < this.options.reordering) travelMs *= 2
    return sentAt + travelMs
  }

  /** Whether the datagram just sent arrives a second time. */
  isDuplicated(): boolean {
    return this.options.duplicates > 0 && this.random.unit() < this.options.duplicates
  }

  /** When a control message arrives that is sent now, ms, or {@link LOST} while the way is cut. */
  control(end: number, bytes: number, now: number): number {
    const host = this.hostOfEnd[end]!
    if (this.isCut(host, this.hostOfEnd[end ^ 1]!)) return LOST
    let at =
      this.queue(host, bytes, now, Infinity) + this.oneWayMs[end]! + this.jitter() + this.slowness(host)
    while (this.loses(end, host)) at += Math.max(RETRANSMIT_MS, 4 * this.oneWayMs[end]!)
    at = Math.max(at, this.lastControlAt[end]!)
    this.lastControlAt[end] = at
    return at
  }

  /** When the line has sent this, ms; LOST if its buffer is full. */
  private queue(host: number, bytes: number, now: number, mostMs: number): number {
    const { uplinkKbps } = this.lines[host]!
    if (uplinkKbps === Infinity) return now
    const begin = Math.max(now, this.queueEnds[host]!)
    if (begin - now > mostMs) return LOST
    const end = begin + ((bytes + HEADER_BYTES) * 8) / uplinkKbps
    this.queueEnds[host] = end
    return end
  }

  /** In the bad state everything is lost; it is left after `lossBurst` packets, and entered as often as the share asks. */
  private loses(end: number, from: number): boolean {
    const to = this.hostOfEnd[end ^ 1]!
    const loss = Math.min(0.95, Math.max(this.lines[from]!.loss, this.lines[to]!.loss, this.leastLoss))
    if (loss === 0) return false
    const leave = 1 / this.options.lossBurst
    const enter = (loss * leave) / (1 - loss)
    const isLosing =
      this.isLosing[end] === 1 ? this.random.unit() >= leave : this.random.unit() < Math.min(1, enter)
    this.isLosing[end] = isLosing ? 1 : 0
    return isLosing
  }

  private jitter(): number {
    return this.options.jitterMs === 0 ? 0 : exponential(this.random, this.options.jitterMs)
  }

  private slowness(host: number): number {
    return this.delayOf.size === 0 ? 0 : (this.delayOf.get(host) ?? 0)
  }

  private isCut(from: number, to: number): boolean {
    for (const partition of this.partitions) {
      if (partition.from.has(from) && partition.to.has(to)) return true
    }
    return false
  }
}
