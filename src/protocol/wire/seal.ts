/**
 * The seal: a packet that vouches for many others, so that who keeps a show need not keep a signature for each. Its digest is
 * the SHA-256 of a list: a domain, then for each of `count` consecutive packets its header, and the beginning of the
 * SHA-256 of its payload. Who changes one of them would have to find another payload with the same beginning.
 */

import { fromString } from 'uint8arrays/from-string'
import { Writer } from './cursor.js'
import type { PacketHeader } from './packet.js'

/** Of a payload's SHA-256 so much stands in the list: a second payload for it is 2^128 tries away. */
export const PAYLOAD_DIGEST_BYTES = 16

const DOMAIN = fromString('treecast seal v1\0')

/** A packet as the list knows it. */
export interface SealedPacket extends PacketHeader {
  /** The first 16 bytes of the SHA-256 of its payload. */
  readonly digest: Uint8Array
}

/** The bytes whose SHA-256 is the seal's digest. */
export function sealList(packets: readonly SealedPacket[]): Uint8Array {
  const writer = new Writer(DOMAIN.length + packets.length * (17 + PAYLOAD_DIGEST_BYTES)).put(DOMAIN)
  for (const { kind, epoch, sequence, mediaTime, digest } of packets) {
    writer.u8(kind).u32(epoch).u48(sequence).u48(mediaTime).put(digest)
  }
  return writer.finish()
}

/** @param hash the SHA-256 of a payload */
export function payloadDigest(hash: Uint8Array): Uint8Array {
  return hash.subarray(0, PAYLOAD_DIGEST_BYTES)
}
