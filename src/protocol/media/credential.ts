/** A certificate that a stranger offers: what is cheap to see is seen before its signature is checked. */

import type { BroadcastId } from '../wire/broadcast.js'
import { type Certificate, certificateHolds, decodeCertificate } from '../wire/certificate.js'
import { equal, WireError } from '../wire/cursor.js'
import { type Handover, handoverMessage } from '../wire/handover.js'
import type { Mandate } from './succession.js'
import { isCanonicalSignature, isSoundKey } from './signature.js'

export type Credential =
  /** The one that we have, or of an epoch that it has revoked. */
  | { readonly verdict: 'known' }
  /** Nobody can have signed it. */
  | { readonly verdict: 'forged' }
  /** Of another day, or this machine's clock is wrong. */
  | { readonly verdict: 'out-of-date' }
  /** Good if these signatures are: the publisher's, and where it takes over, the show key's own. */
  | { readonly verdict: 'check'; readonly mandate: Mandate; readonly signed: readonly Signed[] }

export interface Signed {
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/**
 * @param known the newest certificate that we have, if any.
 * @param now ms of 1970.
 * @throws WireError if it is malformed or of another broadcast, or its handover is missing.
 */
export function examine(
  bytes: Uint8Array,
  handover: Handover | undefined,
  broadcast: BroadcastId,
  known: Certificate | undefined,
  now: number
): Credential {
  if (known !== undefined && equal(known.bytes, bytes)) return { verdict: 'known' }
  const { certificate, message, signature } = decodeCertificate(bytes, broadcast)
  if (certificate.continues !== (handover !== undefined)) {
    throw new WireError('a certificate without its handover, or a handover without its certificate')
  }
  if (certificate.epoch <= (known?.epoch ?? -1)) return { verdict: 'known' }
  const signed: Signed[] = [{ key: broadcast.publisher, message, signature }]
  if (handover !== undefined) {
    const { showKey: key } = certificate
    signed.push({ key, message: handoverMessage(certificate, handover), signature: handover.signature })
  }
  const isSound =
    isSoundKey(certificate.showKey) &&
    signed.every(({ key, signature }) => isSoundKey(key) && isCanonicalSignature(signature))
  if (!isSound) return { verdict: 'forged' }
  if (!certificateHolds(certificate, now)) return { verdict: 'out-of-date' }
  return { verdict: 'check', mandate: { certificate, handover }, signed }
}
