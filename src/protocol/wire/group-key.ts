/**
 * The group key of a private show: with it payloads are encrypted from a sequence on. It goes from peer to peer, over links that are
 * encrypted to the peer whose token was seen, and it tells who is shown out. Signed by the show key.
 *
 *     length u16 · certificate · generation u32 · first sequence u48 · count u8 · peer ids 32 each · key 32 · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import { type BroadcastId, KEY_BYTES, writeBroadcastId } from './broadcast.js'
import { SIGNATURE_BYTES } from './certificate.js'
import { MAX_U48, Reader, WireError, Writer } from './cursor.js'
import type { PeerId } from './record.js'

const DOMAIN = fromString('treecast group key v1\0')

/** AES-256. */
export const GROUP_KEY_BYTES = 32

/** Peers that can be shown out of one show: their ids fit one message. */
export const MAX_KICKED = 200

/** What AES-GCM takes beside the key: NIST SP 800-38D section 5.2.1.1. */
export const NONCE_BYTES = 12

/** Set in a packet's kind where its payload is encrypted. */
export const ENCRYPTED = 0x80

export interface GroupKeyBody {
  /** Counts up within an epoch. */
  readonly generation: number
  /** The first sequence that is encrypted with it. */
  readonly first: number
  /** Who is shown out. */
  readonly kicked: readonly PeerId[]
  readonly key: Uint8Array
}

export interface GroupKey extends GroupKeyBody {
  /** Of the show key that has signed; not examined yet. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
  /** As it came; it is passed on as it is. */
  readonly bytes: Uint8Array
}

/** What the show key signs. Only who has the group key sees it. */
export function groupKeyMessage(broadcast: BroadcastId, epoch: number, body: GroupKeyBody): Uint8Array {
  const writer = new Writer(256).put(DOMAIN)
  writeBroadcastId(writer, broadcast)
  writer.u32(epoch)
  writeBody(writer, body)
  return writer.finish()
}

export function encodeGroupKey(
  certificate: Uint8Array,
  body: GroupKeyBody,
  signature: Uint8Array
): Uint8Array {
  const writer = new Writer(512).u16(certificate.length).put(certificate)
  writeBody(writer, body)
  return writer.put(signature).finish()
}

/** @throws WireError if it is malformed. No signature is checked here. */
export function decodeGroupKey(bytes: Uint8Array): GroupKey {
  const reader = new Reader(bytes)
  const certificate = reader.view(reader.u16())
  const generation = reader.u32()
  const first = reader.u48()
  if (first === MAX_U48) throw new WireError('a group key for no sequence')
  const count = reader.u8()
  if (count > MAX_KICKED) throw new WireError(`${count} peers shown out`)
  const kicked = Array.from({ length: count }, () => reader.view(KEY_BYTES))
  const key = reader.view(GROUP_KEY_BYTES)
  const signature = reader.view(SIGNATURE_BYTES)
  reader.end()
  return { certificate, generation, first, kicked, key, signature, bytes }
}

/** Of no two packets the same: a sequence is of one epoch, and is never used twice in it. */
export function nonceOf(epoch: number, sequence: number): Uint8Array {
  return new Writer(NONCE_BYTES).u32(epoch).u16(0).u48(sequence).finish()
}

function writeBody(writer: Writer, { generation, first, kicked, key }: GroupKeyBody): void {
  writer.u32(generation).u48(first).u8(kicked.length)
  for (const id of kicked) writer.put(id)
  writer.put(key)
}
