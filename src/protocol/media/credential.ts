/** A certificate that a stranger offers: what is cheap to see is seen before its signature is checked. */

import type { BroadcastId } from '../wire/broadcast.js'
import { type Certificate, certificateHolds, decodeCertificate } from '../wire/certificate.js'
import { equal } from '../wire/cursor.js'
import { isCanonicalSignature, isSoundKey } from './signature.js'

export type Credential =
  /** The one that we have, or of an epoch that it has revoked. */
  | { readonly verdict: 'known' }
  /** Nobody can have signed it. */
  | { readonly verdict: 'forged' }
  /** Of another day, or this machine's clock is wrong. */
  | { readonly verdict: 'out-of-date' }
  /** Good if the publisher's signature is. */
  | {
      readonly verdict: 'check'
      readonly certificate: Certificate
      readonly message: Uint8Array
      readonly signature: Uint8Array
    }

/**
 * @param known the certificate that we have, if any.
 * @param now ms of 1970.
 * @throws WireError if it is malformed or of another broadcast.
 */
export function examine(
  bytes: Uint8Array,
  broadcast: BroadcastId,
  known: Certificate | undefined,
  now: number
): Credential {
  if (known !== undefined && equal(known.bytes, bytes)) return { verdict: 'known' }
  const { certificate, message, signature } = decodeCertificate(bytes, broadcast)
  if (certificate.epoch <= (known?.epoch ?? -1)) return { verdict: 'known' }
  const isSound =
    isSoundKey(broadcast.publisher) && isSoundKey(certificate.showKey) && isCanonicalSignature(signature)
  if (!isSound) return { verdict: 'forged' }
  if (!certificateHolds(certificate, now)) return { verdict: 'out-of-date' }
  return { verdict: 'check', certificate, message, signature }
}
