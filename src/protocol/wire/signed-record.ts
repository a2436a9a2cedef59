/**
 * A peer record that its owner has signed and dated, so that it may go from hand to hand: nobody can make up where another
 * peer is to be found, nor keep what was true yesterday for true. It is bound to one broadcast.
 *
 *     id 32 · addresses · issued u48 · expires u48 · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import { MAX_RECORD_SECONDS, RECORD_SKEW_SECONDS } from '../limits.js'
import { type BroadcastId, KEY_BYTES, writeBroadcastId } from './broadcast.js'
import { SIGNATURE_BYTES } from './certificate.js'
import { type Reader, WireError, Writer } from './cursor.js'
import { type PeerRecord, readAddresses, writeAddresses } from './record.js'

const DOMAIN = fromString('treecast peer record v1\0')

/** What its owner signs. */
export interface DatedRecord extends PeerRecord {
  /** Seconds of 1970, both included; at most a day apart. Of two records the one that was issued later holds. */
  readonly issued: number
  readonly expires: number
}

export interface SignedRecord extends DatedRecord {
  /** The record as it travels; whoever passes it on passes on these very bytes. */
  readonly bytes: Uint8Array
}

/** A record without its signature. */
export function encodeRecord({ id, addresses, issued, expires }: DatedRecord): Uint8Array {
  const writer = new Writer(160).put(id)
  writeAddresses(writer, addresses)
  return writer.u48(issued).u48(expires).finish()
}

/** What is signed. */
export function recordMessage(broadcast: BroadcastId, unsigned: Uint8Array): Uint8Array {
  const writer = new Writer(DOMAIN.length + 97 + unsigned.length).put(DOMAIN)
  writeBroadcastId(writer, broadcast)
  return writer.put(unsigned).finish()
}

export function unsignedRecord({ bytes }: SignedRecord): Uint8Array {
  return bytes.subarray(0, bytes.length - SIGNATURE_BYTES)
}

export function recordSignature({ bytes }: SignedRecord): Uint8Array {
  return bytes.subarray(bytes.length - SIGNATURE_BYTES)
}

/**
 * Reads one record. Its signature is not checked here.
 *
 * @throws WireError if it is malformed, names no address, or is good for too long.
 */
export function readSignedRecord(reader: Reader): SignedRecord {
  const begin = reader.offset
  const id = reader.view(KEY_BYTES)
  const addresses = readAddresses(reader)
  if (addresses.length === 0) throw new WireError('a peer record without an address')
  const issued = reader.u48()
  const expires = reader.u48()
  if (expires < issued || expires - issued > MAX_RECORD_SECONDS) {
    throw new WireError('a peer record that is good for more than a day')
  }
  reader.view(SIGNATURE_BYTES)
  return { id, addresses, issued, expires, bytes: reader.since(begin) }
}

/** Behind a count of one byte. @throws WireError also if there are more than `max`. */
export function readSignedRecords(reader: Reader, max: number): SignedRecord[] {
  const count = reader.u8()
  if (count > max) throw new WireError(`${count} peer records: at most ${max}`)
  return Array.from({ length: count }, () => readSignedRecord(reader))
}

export function writeSignedRecords(writer: Writer, records: readonly SignedRecord[], max: number): void {
  if (records.length > max) throw new RangeError(`${records.length} peer records`)
  writer.u8(records.length)
  for (const { bytes } of records) writer.put(bytes)
}

/** The same record in memory of its own: what came in a message must not keep the whole of it. */
export function detached(record: SignedRecord): SignedRecord {
  const bytes = record.bytes.slice()
  return { ...record, id: bytes.subarray(0, KEY_BYTES), bytes }
}

/** Whether a record is good at this time, give or take what clocks are wrong by. */
export function recordHolds({ issued, expires }: DatedRecord, nowMs: number): boolean {
  const second = nowMs / 1000
  return second >= issued - RECORD_SKEW_SECONDS && second <= expires + RECORD_SKEW_SECONDS
}
