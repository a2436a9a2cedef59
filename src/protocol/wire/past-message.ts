/**
 * The three messages about a show's past: what a peer holds, what it is asked for, what it gives. Apart from the others, since
 * a peer that only follows the live edge neither writes nor reads them: `message.ts` gives it their bodies unread.
 */

import { MAX_HELD_RANGES, MAX_RECALLED } from '../limits.js'
import { Reader, WireError, Writer } from './cursor.js'
import type { AboutPast } from './message.js'
import { type PeerRecord, readRecords, writeRecords } from './record.js'

/** Their types on the wire. */
export const PAST_TYPE = { recall: 0x0a, held: 0x0b, past: 0x0c } as const

/** Consecutive packets that somebody holds. Media times in samples. */
export interface HeldRange {
  /** The first sequence, and the one behind the last. */
  readonly first: number
  readonly end: number
  /** Media times of the first packet and of the last. */
  readonly from: number
  readonly to: number
}

/** What I hold of the show's past, and who else does. */
export interface Held {
  readonly type: 'held'
  readonly epoch: number
  /** The show is over, and the last range ends with its end. */
  readonly over: boolean
  /** In their order. */
  readonly ranges: readonly HeldRange[]
  /** Neighbours that have said that they hold something. */
  readonly others: readonly PeerRecord[]
}

/** Give me packets of the past. */
export interface Recall {
  readonly type: 'recall'
  /** Stands in each answer. */
  readonly request: number
  readonly epoch: number
  /** What `from` is: a sequence, or a media time, at which the packet that plays then is wanted and those behind it. */
  readonly by: 'sequence' | 'time'
  readonly from: number
  /** How many sequences. */
  readonly count: number
}

/** Packets of the past, as they were signed. */
export interface Past {
  readonly type: 'past'
  readonly request: number
  /** More follow in answer to the same request. */
  readonly more: boolean
  /** I have sent as much as I may for now: ask again later. */
  readonly busy: boolean
  readonly packets: readonly Uint8Array[]
}

export type PastMessage = Held | Recall | Past

/** Bytes of a PAST before each packet's own. */
export const PAST_PACKET_HEAD_BYTES = 2

const BY_TIME = 1
const OVER = 1
const MORE = 1
const BUSY = 2

/** @throws RangeError if a field is out of its bounds: a bug of the caller. */
export function encodePastMessage(message: PastMessage): AboutPast {
  const writer = new Writer(64)
  switch (message.type) {
    case 'held':
      writer
        .u32(message.epoch)
        .u8(message.over ? OVER : 0)
        .u8(message.ranges.length)
      for (const { first, end, from, to } of message.ranges) writer.u48(first).u48(end).u48(from).u48(to)
      writeRecords(writer, message.others)
      break
    case 'recall':
      writer
        .u16(message.request)
        .u32(message.epoch)
        .u8(message.by === 'time' ? BY_TIME : 0)
        .u48(message.from)
        .u8(message.count)
      break
    case 'past':
      writer
        .u16(message.request)
        .u8((message.more ? MORE : 0) | (message.busy ? BUSY : 0))
        .u8(message.packets.length)
      for (const packet of message.packets) writer.u16(packet.length).put(packet)
      break
  }
  return { type: 'about-past', code: PAST_TYPE[message.type], body: writer.finish() }
}

/**
 * Reads one of them. Views into its body, no copies.
 *
 * @throws WireError if it is malformed.
 */
export function decodePastMessage({ code, body }: AboutPast): PastMessage {
  const reader = new Reader(body)
  if (code === PAST_TYPE.recall) return readRecall(reader)
  return code === PAST_TYPE.held ? readHeld(reader) : readPast(reader)
}

function readRecall(reader: Reader): Recall {
  const request = reader.u16()
  const epoch = reader.u32()
  const by = (reader.u8() & BY_TIME) !== 0 ? 'time' : 'sequence'
  const from = reader.u48()
  const count = reader.u8()
  if (count < 1 || count > MAX_RECALLED)
    throw new WireError(`${count} packets recalled: 1…${MAX_RECALLED} are allowed`)
  return { type: 'recall', request, epoch, by, from, count }
}

function readHeld(reader: Reader): Held {
  const epoch = reader.u32()
  const over = (reader.u8() & OVER) !== 0
  const count = reader.u8()
  if (count > MAX_HELD_RANGES) throw new WireError(`${count} ranges held: at most ${MAX_HELD_RANGES}`)
  const ranges: HeldRange[] = []
  let before: HeldRange | undefined
  for (let i = 0; i < count; i++) {
    const range = { first: reader.u48(), end: reader.u48(), from: reader.u48(), to: reader.u48() }
    const follows = before === undefined || (range.first > before.end && range.from >= before.to)
    if (!follows || range.end <= range.first || range.to < range.from)
      throw new WireError('ranges held that do not ascend')
    ranges.push(range)
    before = range
  }
  return { type: 'held', epoch, over, ranges, others: readRecords(reader) }
}

function readPast(reader: Reader): Past {
  const request = reader.u16()
  const flags = reader.u8()
  const count = reader.u8()
  if (count > MAX_RECALLED) throw new WireError(`${count} packets of the past: at most ${MAX_RECALLED}`)
  const packets = Array.from({ length: count }, () => reader.view(reader.u16()))
  return { type: 'past', request, more: (flags & MORE) !== 0, busy: (flags & BUSY) !== 0, packets }
}
