/**
 * What an Ed25519 key or signature must be before a library is asked about it. RFC 8032 leaves room in which
 * implementations differ: under a key of small order many accept a signature that nobody made, and S + L passes
 * where only S should. Peers that disagree about a packet would ban each other, so all apply these rules first.
 *
 * Source: "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), sections 3 and 5.
 */

import { KEY_BYTES } from '../wire/broadcast.js'
import { SIGNATURE_BYTES } from '../wire/certificate.js'

/** p = 2^255 − 19, little-endian: an encoded y at or above it is not canonical. */
const P = littleEndian(2n ** 255n - 19n)

/** L, the order of the base point: an S at or above it is not canonical (RFC 8032 section 5.1.7). */
const L = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n)

/**
 * The y coordinates of the eight points of small order (and of two encodings that are not canonical, which
 * `isCanonical` catches): 0, 1, −1, and ± the y of the points of order eight. A test recomputes them.
 */
const SMALL_ORDER_Y = [
  0n,
  1n,
  2n ** 255n - 20n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
].map(littleEndian)

/** Whether a public key may be trusted to have made anything: canonical, and not of small order. */
export function isSoundKey(key: Uint8Array): boolean {
  return key.length === KEY_BYTES && isSoundPoint(key)
}

/** Whether a signature is the one canonical encoding: S < L, and R canonical and not of small order. */
export function isCanonicalSignature(signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  return isSoundPoint(signature.subarray(0, 32)) && less(signature.subarray(32), L)
}

function isSoundPoint(encoded: Uint8Array): boolean {
  const y = encoded.slice()
  y[31]! &= 0x7f // the top bit is the sign of x
  return less(y, P) && !SMALL_ORDER_Y.some((small) => small.every((byte, i) => byte === y[i]))
}

/** a < b for 32 bytes, little-endian. */
function less(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (a[i]! !== b[i]!) return a[i]! < b[i]!
  }
  return false
}

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return bytes
}
