/**
 * The messages of a link, bytes ⇄ values. Each is `type u8 · length u16 · body`, several may follow one another in
 * what a transport delivers at once. A type that is not known is skipped: newer peers may send it. A body that
 * is longer than its known fields is read as far as it is known, for the same reason.
 *
 * What trackers say and are told stands in `tracker-side.ts`: peers neither write the one nor read the other.
 *
 * PROTOCOL.md says in prose what each is for; `test/vectors` holds bytes for each.
 */

import {
  MAX_MESSAGE_BYTES,
  MAX_PATH,
  MAX_REASON_BYTES,
  MAX_RECORDS,
  MAX_SIGNAL_BYTES,
  MAX_WANTED
} from '../limits.js'
import type { StripeSet } from '../tree/stripes.js'
import { type BroadcastId, KEY_BYTES, readBroadcastId, writeBroadcastId } from './broadcast.js'
import { Reader, WireError, Writer } from './cursor.js'
import { type Handover, readHandover, writeHandover } from './handover.js'
import {
  type PeerId,
  type PeerRecord,
  readAddresses,
  readRecords,
  SHORT_ID_BYTES,
  type ShortId,
  writeAddresses,
  writeRecords
} from './record.js'
import { readSignedRecords, type SignedRecord, writeSignedRecords } from './signed-record.js'

/** Message types on the wire. 0x01…0x1f between peers, 0x20…0x3f with a tracker, 0x40…0x5f on either. */
export const MESSAGE_TYPE = {
  hello: 0x01,
  bye: 0x02,
  show: 0x03,
  subscribe: 0x04,
  grant: 0x05,
  path: 0x06,
  want: 0x07,
  status: 0x08,
  peers: 0x09,
  data: 0x10,
  join: 0x20,
  welcome: 0x21,
  ask: 0x22,
  lease: 0x23,
  refused: 0x24,
  challenge: 0x25,
  work: 0x26,
  signal: 0x40,
  unreachable: 0x41
} as const

/** Messages about the past, which are not read here. */
const FIRST_OF_PAST = 0x0a
const LAST_OF_PAST = 0x0c

/** Why a link is ended, in a BYE. An unknown number reads as `closing`. */
export const BYE_REASONS = [
  'closing',
  'version',
  'wrong-broadcast',
  'full',
  'malformed',
  'bad-signature',
  'too-much',
  'ended',
  'private'
] as const
export type ByeReason = (typeof BYE_REASONS)[number]

/** Why stripes were not granted. An unknown number reads as `full`. */
export const REFUSALS = ['full', 'not-fed', 'loop', 'too-deep'] as const
export type Refusal = (typeof REFUSALS)[number]

/** What a peer is for, to its tracker. An unknown number reads as `listener`. */
export const ROLES = ['listener', 'relay', 'origin', 'root'] as const
export type Role = (typeof ROLES)[number]

/** In a SUBSCRIBE: begin with the recent past, as a newcomer wants it. */
export const SINCE_RECENT = 2 ** 48 - 1

/** First on every link between peers, from both ends. */
export interface Hello {
  readonly type: 'hello'
  readonly minVersion: number
  readonly maxVersion: number
  readonly peerId: PeerId
  readonly broadcast: BroadcastId
  /** The sender relays nothing: it never grants. */
  readonly leaf: boolean
  /** Where others can dial the sender. */
  readonly addresses: readonly string[]
}

/** Last on a link: why it ends, and who else may have room. */
export interface Bye {
  readonly type: 'bye'
  readonly reason: ByeReason
  readonly text: string
  readonly others: readonly PeerRecord[]
}

/** The publisher's certificate: from every peer that knows it, right behind HELLO, and whenever it changes. */
export interface Show {
  readonly type: 'show'
  readonly certificate: Uint8Array
  /** Where the certificate's key takes a show over: from where on. */
  readonly handover?: Handover | undefined
}

/** Child to parent: all that I want of you from now on. */
export interface Subscribe {
  readonly type: 'subscribe'
  /** Of which epoch: a request that crosses a new certificate on its way is void. */
  readonly epoch: number
  readonly stripes: StripeSet
  /** One packet in so many of the other stripes too, so that both know the link to be alive. */
  readonly sample: boolean
  /** For stripes that are new in the set: the first sequence wanted of your window, or {@link SINCE_RECENT}. */
  readonly since: number
}

/** Parent to child: all that I send you from now on, and why no more. */
export interface Grant {
  readonly type: 'grant'
  readonly epoch: number
  readonly stripes: StripeSet
  readonly refused: StripeSet
  readonly refusal: Refusal
  /** Peers that may have room for what was refused. */
  readonly others: readonly PeerRecord[]
}

/** Parent to child: through whom these stripes come, root first, the parent last. */
export interface Path {
  readonly type: 'path'
  readonly stripes: StripeSet
  readonly peers: readonly ShortId[]
}

/** Packets asked for again, ascending, all within 65,535 of the first. */
export interface Want {
  readonly type: 'want'
  readonly sequences: readonly number[]
}

/** What others need to know to choose me. Sent when it changes. */
export interface Status {
  readonly type: 'status'
  readonly freeSlots: number
  /** Links between the origin and me; 255 while I am not fed. */
  readonly depth: number
}

/** Of others, so that both find each other without a tracker: first myself, then my neighbours, whom I can introduce, then
 * whom I have heard of. */
export interface Peers {
  readonly type: 'peers'
  readonly records: readonly SignedRecord[]
}

/** About the show's past: `past-message.ts` reads and writes it, where anybody does. */
export interface AboutPast {
  readonly type: 'about-past'
  readonly code: number
  readonly body: Uint8Array
}

/** One packet on its way. */
export interface Data {
  readonly type: 'data'
  /** Links passed so far, this one included: 1 from the origin. */
  readonly hops: number
  readonly packet: Uint8Array
}

/** Peer to tracker: the one question of a join. */
export interface Join {
  readonly type: 'join'
  readonly minVersion: number
  readonly maxVersion: number
  readonly peerId: PeerId
  readonly broadcast: BroadcastId
  readonly role: Role
  readonly freeSlots: number
  readonly wanted: number
  readonly addresses: readonly string[]
  /** By which ways the sender can dial others: a mask of `WAY`. */
  readonly ways: number
}

/** Tracker to peer: candidates. Sent again, unasked, when somebody who had to wait can be served. */
export interface Welcome {
  readonly type: 'welcome'
  readonly version: number
  /** Whether the broadcast has an origin or any peer that is fed. */
  readonly live: boolean
  /** Members of this broadcast that the tracker knows, the peer itself included. */
  readonly peers: number
  /** If there were no candidates: ask again after so long, unless told earlier; ms. */
  readonly waitMs: number
  readonly candidates: readonly PeerRecord[]
}

/** Peer to tracker: more candidates, please, and none of these. */
export interface Ask {
  readonly type: 'ask'
  readonly wanted: number
  readonly except: readonly ShortId[]
  /** As in a JOIN; it may have changed since. */
  readonly ways: number
}

/** Peer to tracker: I am still here, and this is my state. */
export interface Lease {
  readonly type: 'lease'
  readonly freeSlots: number
  readonly depth: number
}

/** Tracker to peer, before it closes: no. */
export interface Refused {
  readonly type: 'refused'
  readonly reason: ByeReason
  readonly text: string
}

/** Tracker to newcomer, while more come than it can serve: wait, and who works for it is served first. */
export interface Challenge {
  readonly type: 'challenge'
  /** {@link SEED_BYTES} that are new for each newcomer. */
  readonly seed: Uint8Array
  /** Work that would do now: zero bits (`tracker/work.ts`). */
  readonly bits: number
  /** Who is not served within so long is refused; ms. */
  readonly waitMs: number
}

/** Newcomer to tracker: the work. */
export interface Work {
  readonly type: 'work'
  /** {@link NONCE_BYTES}. */
  readonly nonce: Uint8Array
}

/** To somebody with whom there is no link yet, by somebody who is linked with both: a tracker or a neighbour. */
export interface Signal {
  readonly type: 'signal'
  readonly to: PeerId
  readonly from: PeerId
  /** For the transport of the other end: `wire/signal.ts`. */
  readonly body: Uint8Array
  /** From a tracker: for which of its ICE candidates it vouches, bit _i_ for candidate _i_. */
  readonly allowed?: number | undefined
}

/** Answers a SIGNAL that cannot be brought to its end. */
export interface Unreachable {
  readonly type: 'unreachable'
  readonly peer: PeerId
}

export type PeerMessage =
  Hello | Bye | Show | Subscribe | Grant | Path | Want | Status | Peers | AboutPast | Data
/** What a tracker says, and nobody else. */
export type TrackersMessage = Welcome | Refused | Challenge
/** What is said to a tracker, and to nobody else. */
export type ToTrackerMessage = Join | Ask | Lease
/** All that a peer says, but WORK, which few are ever asked for. */
export type PeersMessage = PeerMessage | ToTrackerMessage | Signal | Unreachable
export type Message = PeersMessage | TrackersMessage | Work

/** Of a CHALLENGE, and of the WORK that answers it. */
export const SEED_BYTES = 16
export const NONCE_BYTES = 8

/** Bytes before a packet in a DATA message: type, length, hops. */
export const DATA_HEAD_BYTES = 4

/** What goes before a packet on a link. The packet's own bytes follow as they are. */
export function dataHead(hops: number, packetBytes: number): Uint8Array {
  const length = packetBytes + 1
  return Uint8Array.of(MESSAGE_TYPE.data, length >>> 8, length & 0xff, hops)
}

/** @throws RangeError if a field is out of its bounds: a bug of the caller. */
export function encodeMessage(message: PeersMessage): Uint8Array {
  return frame(message, (writer) => writeBody(writer, message))
}

/** A message's type and length, around its body. */
export function frame(message: Message, writeBody: (writer: Writer) => void): Uint8Array {
  const writer = new Writer(64)
  writer.u8(message.type === 'about-past' ? message.code : MESSAGE_TYPE[message.type]).u16(0)
  writeBody(writer)
  if (writer.length > MAX_MESSAGE_BYTES) throw new RangeError(`message of ${writer.length} B`)
  writer.patchU16(1, writer.length - 3)
  return writer.finish()
}

/**
 * Reads all messages in what a link delivered, but those that only trackers are sent. Views into `bytes`, no copies.
 *
 * @param read reads the body of one type
 * @throws WireError at the first that is malformed.
 */
export function decodeMessages(bytes: Uint8Array, read: ReadBody = readBody): Message[] {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new WireError(`message of ${bytes.length} B`)
  const reader = new Reader(bytes)
  const messages: Message[] = []
  while (reader.remaining > 0) {
    const type = reader.u8()
    const body = new Reader(reader.view(reader.u16()))
    const message = read(type, body)
    if (message !== undefined) messages.push(message)
  }
  return messages
}

/** Reads a body; undefined where its type is not known. */
export type ReadBody = (type: number, body: Reader) => Message | undefined

function writeBody(w: Writer, m: PeersMessage): void {
  switch (m.type) {
    case 'hello':
      w.u8(m.minVersion).u8(m.maxVersion).put(m.peerId)
      writeBroadcastId(w, m.broadcast)
      w.u8(m.leaf ? 1 : 0)
      writeAddresses(w, m.addresses)
      break
    case 'bye':
      w.u8(BYE_REASONS.indexOf(m.reason)).text(1, m.text, MAX_REASON_BYTES - 1)
      writeRecords(w, m.others)
      break
    case 'show':
      w.u16(m.certificate.length).put(m.certificate)
      if (m.handover !== undefined) writeHandover(w, m.handover)
      break
    case 'subscribe':
      w.u32(m.epoch)
        .u16(m.stripes)
        .u8(m.sample ? 1 : 0)
        .u48(m.since)
      break
    case 'grant':
      w.u32(m.epoch).u16(m.stripes).u16(m.refused).u8(REFUSALS.indexOf(m.refusal))
      writeRecords(w, m.others)
      break
    case 'path':
      w.u16(m.stripes)
      writeShortIds(w, m.peers)
      break
    case 'want':
      writeWanted(w, m.sequences)
      break
    case 'status':
    case 'lease':
      w.u16(m.freeSlots).u8(m.depth)
      break
    case 'peers':
      writeSignedRecords(w, m.records, MAX_RECORDS)
      break
    case 'about-past':
      w.put(m.body)
      break
    case 'data':
      w.u8(m.hops).put(m.packet)
      break
    case 'join':
      w.u8(m.minVersion).u8(m.maxVersion).put(m.peerId)
      writeBroadcastId(w, m.broadcast)
      w.u8(ROLES.indexOf(m.role)).u16(m.freeSlots).u8(m.wanted)
      writeAddresses(w, m.addresses)
      w.u8(m.ways)
      break
    case 'ask':
      w.u8(m.wanted)
      writeShortIds(w, m.except)
      w.u8(m.ways)
      break
    case 'signal':
      if (m.body.length > MAX_SIGNAL_BYTES) throw new RangeError(`a signal of ${m.body.length} B`)
      w.put(m.to).put(m.from).u16(m.body.length).put(m.body)
      if (m.allowed !== undefined) w.u16(m.allowed)
      break
    case 'unreachable':
      w.put(m.peer)
      break
  }
}

export function readBody(type: number, r: Reader): Message | undefined {
  switch (type) {
    case MESSAGE_TYPE.hello:
      return {
        type: 'hello',
        ...readVersions(r),
        peerId: r.view(KEY_BYTES),
        broadcast: readBroadcastId(r),
        leaf: (r.u8() & 1) !== 0,
        addresses: readAddresses(r)
      }
    case MESSAGE_TYPE.bye:
      return { type: 'bye', ...readReason(r), others: readRecords(r) }
    case MESSAGE_TYPE.show:
      return {
        type: 'show',
        certificate: r.view(r.u16()),
        ...(r.remaining > 0 ? { handover: readHandover(r) } : {})
      }
    case MESSAGE_TYPE.subscribe:
      return {
        type: 'subscribe',
        epoch: r.u32(),
        stripes: r.u16(),
        sample: (r.u8() & 1) !== 0,
        since: r.u48()
      }
    case MESSAGE_TYPE.grant:
      return {
        type: 'grant',
        epoch: r.u32(),
        stripes: r.u16(),
        refused: r.u16(),
        refusal: REFUSALS[r.u8()] ?? 'full',
        others: readRecords(r)
      }
    case MESSAGE_TYPE.path:
      return { type: 'path', stripes: r.u16(), peers: readShortIds(r, MAX_PATH) }
    case MESSAGE_TYPE.want:
      return { type: 'want', sequences: readWanted(r) }
    case MESSAGE_TYPE.status:
      return { type: 'status', freeSlots: r.u16(), depth: r.u8() }
    case MESSAGE_TYPE.peers:
      return { type: 'peers', records: readSignedRecords(r, MAX_RECORDS) }
    case MESSAGE_TYPE.data:
      return { type: 'data', hops: r.u8(), packet: r.view(r.remaining) }
    case MESSAGE_TYPE.welcome:
      return {
        type: 'welcome',
        version: r.u8(),
        live: (r.u8() & 1) !== 0,
        peers: r.u32(),
        waitMs: r.u32(),
        candidates: readRecords(r)
      }
    case MESSAGE_TYPE.refused:
      return { type: 'refused', ...readReason(r) }
    case MESSAGE_TYPE.challenge:
      return { type: 'challenge', seed: r.view(SEED_BYTES), bits: r.u8(), waitMs: r.u32() }
    case MESSAGE_TYPE.signal:
      return {
        type: 'signal',
        to: r.view(KEY_BYTES),
        from: r.view(KEY_BYTES),
        body: readSignalBody(r),
        ...(r.remaining > 1 ? { allowed: r.u16() } : {})
      }
    case MESSAGE_TYPE.unreachable:
      return { type: 'unreachable', peer: r.view(KEY_BYTES) }
    default:
      return type >= FIRST_OF_PAST && type <= LAST_OF_PAST
        ? { type: 'about-past', code: type, body: r.view(r.remaining) }
        : undefined
  }
}

/** Peers that an ASK may exclude: all that somebody in need is linked with. */
export const MAX_EXCEPT = 64

function readSignalBody(r: Reader): Uint8Array {
  const length = r.u16()
  if (length > MAX_SIGNAL_BYTES) throw new WireError(`a signal of ${length} B: at most ${MAX_SIGNAL_BYTES}`)
  return r.view(length)
}

export function readVersions(r: Reader): { minVersion: number; maxVersion: number } {
  const minVersion = r.u8()
  const maxVersion = r.u8()
  if (minVersion > maxVersion) throw new WireError(`versions ${minVersion}…${maxVersion}`)
  return { minVersion, maxVersion }
}

function readReason(r: Reader): { reason: ByeReason; text: string } {
  return { reason: BYE_REASONS[r.u8()] ?? 'closing', text: r.text(1, MAX_REASON_BYTES) }
}

function writeShortIds(w: Writer, ids: readonly ShortId[]): void {
  w.u8(ids.length)
  for (const id of ids) w.put(id)
}

export function readShortIds(r: Reader, max: number): ShortId[] {
  const count = r.u8()
  if (count > max) throw new WireError(`list of ${count} peers: at most ${max}`)
  return Array.from({ length: count }, () => r.view(SHORT_ID_BYTES))
}

function writeWanted(w: Writer, sequences: readonly number[]): void {
  const first = sequences[0]
  if (first === undefined || sequences.length > MAX_WANTED) throw new RangeError(`${sequences.length} wanted`)
  w.u48(first).u8(sequences.length - 1)
  for (const sequence of sequences.slice(1)) w.u16(sequence - first)
}

function readWanted(r: Reader): number[] {
  const first = r.u48()
  const more = r.u8()
  if (more >= MAX_WANTED) throw new WireError(`${more + 1} packets wanted: at most ${MAX_WANTED}`)
  const sequences = [first]
  for (let i = 0; i < more; i++) {
    const sequence = first + r.u16()
    if (sequence <= sequences[i]!) throw new WireError('wanted sequences do not ascend')
    sequences.push(sequence)
  }
  return sequences
}
