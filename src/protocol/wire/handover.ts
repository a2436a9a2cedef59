/**
 * With what a show goes on under its next show key: the new key itself says from which sequence on it signs, and after which
 * epoch. So nobody else can, neither who has stolen the key before nor who passes it on.
 *
 *     previous epoch u32 · first sequence u48 · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import { writeBroadcastId } from './broadcast.js'
import { type CertificateBody, SIGNATURE_BYTES } from './certificate.js'
import { MAX_U48, type Reader, WireError, Writer } from './cursor.js'

const DOMAIN = fromString('treecast handover v1\0')

/** What the new show key signs. */
export interface HandoverBody {
  /** The epoch of the key before. */
  readonly previous: number
  /** The first sequence that the new key signs; all before it are of epochs before. */
  readonly first: number
}

export interface Handover extends HandoverBody {
  readonly signature: Uint8Array
}

/** What the show key of a certificate signs to take over. */
export function handoverMessage(
  { broadcast, epoch }: Pick<CertificateBody, 'broadcast' | 'epoch'>,
  { previous, first }: HandoverBody
): Uint8Array {
  const writer = new Writer(DOMAIN.length + 128).put(DOMAIN)
  writeBroadcastId(writer, broadcast)
  return writer.u32(epoch).u32(previous).u48(first).finish()
}

export function writeHandover(writer: Writer, { previous, first, signature }: Handover): void {
  writer.u32(previous).u48(first).put(signature)
}

/** @throws WireError if it is malformed. Its signature is not checked here. */
export function readHandover(reader: Reader): Handover {
  const previous = reader.u32()
  const first = reader.u48()
  if (first === MAX_U48) throw new WireError('a handover to no sequence')
  return { previous, first, signature: reader.view(SIGNATURE_BYTES) }
}
