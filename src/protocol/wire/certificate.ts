/**
 * The certificate with which a publisher's root key hands a broadcast to a show key. The root key can stay
 * offline; the show key is at most a day old, and a higher epoch revokes every lower one.
 */

import { fromString } from 'uint8arrays/from-string'
import { CLOCK_SKEW_SECONDS, MAX_CERTIFICATE_SECONDS, MAX_STRIPES } from '../limits.js'
import { type BroadcastId, KEY_BYTES, readBroadcastId, writeBroadcastId } from './broadcast.js'
import { equal, Reader, WireError, Writer } from './cursor.js'

/** Length of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64

/** In the byte of the stripes. It is the root key that says so: who leaves the handover out must not make two shows of one. */
const CONTINUES = 0x80

/** Signed bytes begin with what they are, so that no signature can be passed off as another kind's. */
const DOMAIN = fromString('treecast certificate v1\0')

export interface CertificateBody {
  readonly broadcast: BroadcastId
  /** Counts up with every new show key; by default the second of 1970 at which the show key was made. 0…2^32−1. */
  readonly epoch: number
  /** The Ed25519 key that signs the packets: 32 bytes. */
  readonly showKey: Uint8Array
  /** Validity in seconds of 1970, both included; at most 24 h apart. */
  readonly notBefore: number
  readonly notAfter: number
  /** Into how many stripes the sequence is dealt: 1…16. */
  readonly stripes: number
  /** Whether the show key takes a show over from the one before, by a handover (`handover.ts`). Otherwise, as is the default, its
   * show begins anew. */
  readonly continues?: boolean
}

export interface Certificate extends CertificateBody {
  /** The certificate as it travels; relays pass on these very bytes. */
  readonly bytes: Uint8Array
}

/** The body's bytes: what a certificate is without its signature. */
export function encodeCertificateBody(body: CertificateBody): Uint8Array {
  const writer = new Writer(160)
  writeBroadcastId(writer, body.broadcast)
  return writer
    .u32(body.epoch)
    .put(body.showKey)
    .u48(body.notBefore)
    .u48(body.notAfter)
    .u8(body.stripes | (body.continues === true ? CONTINUES : 0))
    .finish()
}

/** What the root key signs. */
export function certificateMessage(bodyBytes: Uint8Array): Uint8Array {
  return new Writer(DOMAIN.length + bodyBytes.length).put(DOMAIN).put(bodyBytes).finish()
}

/**
 * Reads a certificate for this broadcast. Its signature is *not* checked here: `signature` and `message` are
 * what to check with the publisher's key.
 *
 * @throws WireError if it is malformed, of another broadcast, or valid for too long.
 */
export function decodeCertificate(
  bytes: Uint8Array,
  broadcast: BroadcastId
): { certificate: Certificate; message: Uint8Array; signature: Uint8Array } {
  const reader = new Reader(bytes)
  const id = readBroadcastId(reader)
  const epoch = reader.u32()
  const showKey = reader.view(KEY_BYTES)
  const notBefore = reader.u48()
  const notAfter = reader.u48()
  const dealt = reader.u8()
  const stripes = dealt & ~CONTINUES
  const bodyLength = reader.offset
  const signature = reader.view(SIGNATURE_BYTES)
  reader.end()
  if (id.name !== broadcast.name || !equal(id.publisher, broadcast.publisher)) {
    throw new WireError('the certificate is of another broadcast')
  }
  if (stripes < 1 || stripes > MAX_STRIPES)
    throw new WireError(`${stripes} stripes: 1…${MAX_STRIPES} are allowed`)
  if (notAfter < notBefore || notAfter - notBefore > MAX_CERTIFICATE_SECONDS) {
    throw new WireError('the certificate is valid for more than a day')
  }
  const continues = (dealt & CONTINUES) !== 0
  const certificate = { broadcast, epoch, showKey, notBefore, notAfter, stripes, continues, bytes }
  return { certificate, message: certificateMessage(bytes.subarray(0, bodyLength)), signature }
}

/** Whether a certificate holds at this time, give or take what listeners' clocks are wrong by. */
export function certificateHolds(certificate: CertificateBody, nowMs: number): boolean {
  const second = nowMs / 1000
  return (
    second >= certificate.notBefore - CLOCK_SKEW_SECONDS &&
    second <= certificate.notAfter + CLOCK_SKEW_SECONDS
  )
}
