/** A peer record: who a peer is and where it can be dialled. */

import { MAX_ADDRESS_BYTES, MAX_ADDRESSES, MAX_RECORDS } from '../limits.js'
import { KEY_BYTES } from './broadcast.js'
import { type Reader, WireError, type Writer } from './cursor.js'

/** A peer's Ed25519 public key: 32 bytes. */
export type PeerId = Uint8Array

/** The first 8 bytes of a peer's id: enough to see oneself in a path. */
export type ShortId = Uint8Array

export const SHORT_ID_BYTES = 8

export interface PeerRecord {
  readonly id: PeerId
  /** Addresses in the transports' own formats; empty for a peer that can only be reached by introduction. */
  readonly addresses: readonly string[]
}

export function shortId(id: PeerId): ShortId {
  return id.subarray(0, SHORT_ID_BYTES)
}

export function writeAddresses(writer: Writer, addresses: readonly string[]): void {
  if (addresses.length > MAX_ADDRESSES) throw new RangeError(`${addresses.length} addresses`)
  writer.u8(addresses.length)
  for (const address of addresses) writer.text(1, address, MAX_ADDRESS_BYTES)
}

export function readAddresses(reader: Reader): string[] {
  const count = reader.u8()
  if (count > MAX_ADDRESSES) throw new WireError(`${count} addresses: at most ${MAX_ADDRESSES}`)
  return Array.from({ length: count }, () => reader.text(1, MAX_ADDRESS_BYTES))
}

export function writeRecords(writer: Writer, records: readonly PeerRecord[]): void {
  if (records.length > MAX_RECORDS) throw new RangeError(`${records.length} peer records`)
  writer.u8(records.length)
  for (const record of records) {
    writer.put(record.id)
    writeAddresses(writer, record.addresses)
  }
}

export function readRecords(reader: Reader): PeerRecord[] {
  const count = reader.u8()
  if (count > MAX_RECORDS) throw new WireError(`${count} peer records: at most ${MAX_RECORDS}`)
  return Array.from({ length: count }, () => ({
    id: reader.view(KEY_BYTES),
    addresses: readAddresses(reader)
  }))
}

/** An id as a key of a Map: one character a byte. Not for people. */
export function idKey(id: Uint8Array): string {
  return String.fromCharCode(...id)
}
