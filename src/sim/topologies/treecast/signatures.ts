/**
 * Signatures in a simulation. Modelled ones cost a hash of the message instead of curve arithmetic, and nobody without the
 * key's number makes them by accident; what checking costs a real peer is counted as its processor's time in either case.
 */

import { stream } from '../../draws.js'

export interface SigningKey {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export interface Signatures {
  /** A key pair that is a function of this seed. */
  keyFrom(seed: number): SigningKey
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

export const modelledSignatures: Signatures = {
  keyFrom(seed) {
    const publicKey = bytesFrom(seed, 32)
    // A canonical point: below 2^255 − 19.
    publicKey[31]! &= 0x3f
    return { publicKey, sign: (message) => sealOf(publicKey, message) }
  },
  verify(key, message, signature) {
    const seal = sealOf(key, message)
    return seal.every((byte, i) => byte === signature[i])
  }
}

/** 64 bytes in the form of a signature, a function of key and message. Peers' ids are numbers here and no keys, so this is how
 * peers sign whatever signs the show. */
export function sealOf(key: Uint8Array, message: Uint8Array): Uint8Array {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (const part of [key, message]) {
    for (const byte of part) {
      a = Math.imul(a ^ byte, 0x01000193)
      b = Math.imul(b + byte, 0x5bd1e995) ^ (b >>> 15)
    }
  }
  const seal = new Uint8Array(64)
  const view = new DataView(seal.buffer)
  for (let at = 0; at < 64; at += 8) {
    view.setUint32(at, a)
    view.setUint32(at + 4, b)
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d)
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b)
  }
  // A canonical scalar: below the group's order of 2^252.
  seal[63] = 0
  return seal
}

export function bytesFrom(seed: number, length: number): Uint8Array {
  const random = stream(seed, 'bytes')
  return Uint8Array.from({ length }, () => random.below(256))
}
