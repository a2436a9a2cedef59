/** What is wrong with a recording, and where: what an alignment left over, told as what was done to the file. */

import { opusDuration } from '../protocol/media/frame.js'
import type { Alignment } from './alignment.js'
import { concealedFrames } from './alignment.js'
import type { ContainedStream, Contents, Oddity } from './contents.js'
import { type Plan, type PlannedPacket, seconds } from './plan.js'
import { sameDecoder } from './timeline.js'

/**
 * - `changed`: other frames stand where signed ones should.
 * - `cut`, `truncated`: signed frames are missing; at the end.
 * - `inserted`: frames that are not signed.
 * - `repeated`: signed frames that stand elsewhere too. `moved`: signed frames that stand elsewhere instead.
 * - `damaged`: the file itself is broken there.
 * - `head`: a stream's head, or where it begins or ends, is not what was signed.
 * - `proof`: the proof is broken, or is not the publisher's.
 * - `publisher`: all of it is of another publisher.
 */
export type FaultKind =
  | 'changed'
  | 'cut'
  | 'truncated'
  | 'inserted'
  | 'repeated'
  | 'moved'
  | 'damaged'
  | 'head'
  | 'proof'
  | 'publisher'

export interface Fault {
  readonly kind: FaultKind
  /** Where, in seconds of the recording as it was made. */
  readonly at: number
  /** How much of it, in seconds; 0 for a place. */
  readonly seconds: number
  /** In words. */
  readonly text: string
}

/** What a crash may leave at the end of a recording that was never closed: a page and what waits to be written. */
export const TORN_SECONDS = 1

export interface Comparison {
  readonly faults: Fault[]
  /** Of a recording that was not closed: seconds at its end that are in one of both files alone. */
  readonly torn: number
}

/** Holds a file against its plan. `closed`: the proof says that the recording ended in good order. */
export function compare(plan: Plan, contents: Contents, alignment: Alignment, closed: boolean): Comparison {
  return new Comparer(plan, contents, alignment, closed).compare()
}

class Comparer {
  private readonly plan: Plan
  private readonly contents: Contents
  private readonly alignment: Alignment
  private readonly closed: boolean
  private readonly faults: Fault[] = []
  /** Frames between which something is known to be wrong: what is odd there needs no further word. */
  private readonly told: [from: number, to: number][] = []
  private readonly lastEnded: boolean
  /** Packets out of their place, and the frame with which each begins. */
  private readonly away: ReadonlyMap<PlannedPacket, number>
  /** The frame behind the last packet in its place. */
  private placedTo = 0
  private torn = 0

  constructor(plan: Plan, contents: Contents, alignment: Alignment, closed: boolean) {
    this.plan = plan
    this.contents = contents
    this.alignment = alignment
    this.closed = closed
    this.away = new Map([...alignment.elsewhere].map(([frame, packet]) => [plan.packets[packet]!, frame]))
    // Of a stream in the middle of a chain its end says nothing of the recording's.
    const last = alignment.inPlace.findLastIndex((frame) => frame >= 0)
    const isMiddle = plan.packets.slice(last + 1).some(({ stream }) => stream !== undefined)
    this.lastEnded = contents.streams.at(-1)?.ended === true && !isMiddle
  }

  compare(): Comparison {
    const { packets } = this.plan
    const { inPlace } = this.alignment
    let frame = 0
    let next = 0
    for (const [i, start] of inPlace.entries()) {
      if (start < 0) continue
      this.between(packets.slice(next, i), frame, start, packets[i])
      frame = start + packets[i]!.frames
      next = i + 1
    }
    this.placedTo = frame
    this.between(packets.slice(next), frame, this.contents.frames, undefined)
    this.streams()
    for (const oddity of this.contents.oddities) this.odd(oddity)
    this.end()
    return { faults: this.faults.sort((a, b) => a.at - b.at), torn: this.torn }
  }

  /** Judges what lies between two packets in place: packets that are not, and frames that are nobody's. */
  private between(
    missing: readonly PlannedPacket[],
    from: number,
    to: number,
    next: PlannedPacket | undefined
  ): void {
    const found = to - from
    const first = missing[0]
    if (first === undefined) {
      if (next === undefined ? found === 0 : concealedFrames(next.gap, this.contents, from) === found) return
      const at = next === undefined ? this.plan.length : next.at - next.gap
      this.extra(from, to, at, next)
      return
    }
    if (next === undefined && this.isTorn(missing, from)) return
    this.told.push([from, to])
    const last = missing.at(-1)!
    const length = last.at + last.duration - first.at
    const away = this.placeOf(missing)
    const isBroken = this.contents.oddities.some(({ frame }) => frame >= from && frame <= to)
    if (isBroken) this.fault('damaged', first.at, length, 'the file is damaged here')
    else if (found > this.gapFrames(missing)) {
      this.fault('changed', first.at, length, 'other audio stands here than was signed')
    } else if (away !== undefined)
      this.fault('moved', first.at, length, `this stands at ${place(away)} instead`)
    else if (next === undefined) this.fault('truncated', first.at, length, 'the end is missing')
    else this.fault('cut', first.at, length, 'this was cut out')
  }

  /** Frames that are there beside all that should be. */
  private extra(from: number, to: number, at: number, next: PlannedPacket | undefined): void {
    const length = this.samples(from, to)
    if (next === undefined && this.isOpen && seconds(length) <= TORN_SECONDS) {
      this.torn += seconds(length)
      return
    }
    this.told.push([from, to])
    const known: number[] = []
    for (let frame = from; frame < to; frame++) {
      const packet = this.alignment.elsewhere.get(frame)
      if (packet !== undefined) known.push(packet)
    }
    const { packets } = this.plan
    const first = packets[known[0] ?? -1]
    if (next !== undefined && next.gap > 0 && first === undefined) {
      this.fault('changed', at, next.gap, 'the time kept for lost packets is not as it was')
    } else if (first === undefined) {
      const isUnproven = next === undefined && !this.closed
      const text = isUnproven ? 'from here on nothing is signed' : 'this audio is not signed'
      this.fault(isUnproven ? 'proof' : 'inserted', at, length, text)
    } else if (this.alignment.inPlace[known[0]!]! >= 0) {
      this.fault('repeated', at, length, `this is repeated from ${place(first.at)}`)
    } else this.fault('moved', at, length, `this was moved here from ${place(first.at)}`)
  }

  /** Whether the end is only what a crash leaves: less audio than the proof has, by less than it may take. */
  private isTorn(missing: readonly PlannedPacket[], from: number): boolean {
    if (!this.isOpen) return false
    const lost = seconds(this.plan.length - missing[0]!.at)
    const found = seconds(this.samples(from, this.contents.frames))
    if (lost > TORN_SECONDS || found > TORN_SECONDS) return false
    this.torn += Math.max(lost, found)
    this.told.push([from, this.contents.frames])
    return true
  }

  /** Where the first of these packets stands, if all of them are elsewhere. */
  private placeOf(missing: readonly PlannedPacket[]): number | undefined {
    const frames = missing.map((packet) => this.away.get(packet))
    return frames.includes(undefined) ? undefined : this.timeOf(frames[0]!)
  }

  private gapFrames(missing: readonly PlannedPacket[]): number {
    return missing.reduce((sum, { gap }) => sum + gap / 120, 0)
  }

  /** Each stream begins, and is trimmed, where a packet says so. */
  private streams(): void {
    const found = new Map<number, ContainedStream[]>()
    for (const stream of this.contents.streams) {
      const same = found.get(stream.frame)
      if (same === undefined) found.set(stream.frame, [stream])
      else same.push(stream)
    }
    const { packets } = this.plan
    let current: ContainedStream | undefined
    let trim = 0
    for (const [i, packet] of packets.entries()) {
      const frame = this.alignment.inPlace[i]!
      if (packet.stream !== undefined) {
        if (frame >= 0) {
          this.trimmed(current, trim, packet.at)
          current = this.begun(packet, frame, found.get(frame) ?? [])
        } else current = undefined
        found.delete(frame)
        trim = 0
      }
      if (frame < 0) current = undefined
      else trim = this.trimBehind(packet, frame, trim)
    }
    this.trimmed(current, trim, this.plan.length)
    for (const [frame, [stream]] of found) {
      if (stream === undefined || this.isTold(frame) || (this.isOpen && frame >= this.placedTo)) continue
      this.fault('head', this.timeOf(frame), 0, 'a stream begins here that was not signed')
    }
  }

  private begun(
    packet: PlannedPacket,
    frame: number,
    found: readonly ContainedStream[]
  ): ContainedStream | undefined {
    const stream = found[0]
    const { format, tags } = packet.stream!
    if (stream === undefined || found.length > 1) {
      if (!this.isTold(frame))
        this.fault('head', packet.at, 0, 'the head of the stream that begins here is not as it was')
      return undefined
    }
    const isSame =
      stream.format !== undefined &&
      sameDecoder(stream.format, format) &&
      stream.format.preSkip === format.preSkip &&
      JSON.stringify(stream.tags) === JSON.stringify(tags)
    if (!isSame) this.fault('head', packet.at, 0, 'the head of the stream that begins here was changed')
    return stream
  }

  /** As `OpusWriter` does: only frames that are trimmed whole let the trimming before them stand. */
  private trimBehind(packet: PlannedPacket, frame: number, before: number): number {
    if (packet.endTrim === 0) return 0
    const last = frame + packet.frames - 1
    const samples = opusDuration(this.contents.bytes(last, last + 1)) ?? 0
    const goesOn = packet.frames === 1 && before > 0 && packet.endTrim >= samples
    return Math.min(packet.endTrim, samples) + (goesOn ? before : 0)
  }

  private trimmed(stream: ContainedStream | undefined, due: number, at: number): void {
    if (stream?.ended !== true || stream.trim === due) return
    this.fault('head', at, 0, 'the stream that ends here is not trimmed as it was')
  }

  private odd({ frame, what }: Oddity): void {
    if (!this.isTold(frame)) this.fault('damaged', this.timeOf(frame), 0, `the file ${what}`)
  }

  private end(): void {
    const { length } = this.plan
    if (this.contents.tail > 0 && !this.isOpen && !this.isTold(this.contents.frames)) {
      this.fault('inserted', length, 0, `behind the end stand ${this.contents.tail} bytes more`)
    }
    if (this.lastEnded && !this.closed && !this.isTold(this.contents.frames)) {
      this.fault('proof', length, 0, 'the proof breaks off here')
    }
  }

  /** Whether neither of the files says that it ended in good order: as a crash leaves them. */
  private get isOpen(): boolean {
    return !this.closed && !this.lastEnded
  }

  private isTold(frame: number): boolean {
    return this.told.some(([from, to]) => frame >= from && frame <= to)
  }

  /** When a frame of the file plays, by the packet in place before it; samples. */
  private timeOf(frame: number): number {
    let time = 0
    for (const [i, start] of this.alignment.inPlace.entries()) {
      if (start > frame) break
      if (start < 0) continue
      const packet = this.plan.packets[i]!
      const end = start + packet.frames
      time = frame < end ? packet.at + this.samples(start, frame) : packet.at + packet.duration
    }
    return time
  }

  private samples(from: number, to: number): number {
    let sum = 0
    for (let frame = from; frame < to; frame++) {
      sum += opusDuration(this.contents.bytes(frame, frame + 1)) ?? 0
    }
    return sum
  }

  private fault(kind: FaultKind, at: number, samples: number, text: string): void {
    this.faults.push({ kind, at: seconds(at), seconds: seconds(samples), text })
  }
}

/** 12:34.5, or 1:12:34.5: a place in a recording, to a tenth of a second. */
export function placeText(at: number): string {
  const tenths = Math.floor(at * 10 + 1e-6)
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, tenths % 600]
  const text = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${(rest / 10).toFixed(1).padStart(4, '0')}`
  return hours > 0 ? `${hours}:${text}` : text
}

function place(samples: number): string {
  return placeText(seconds(samples))
}
