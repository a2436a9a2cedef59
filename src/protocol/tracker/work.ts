/**
 * Proof of work, by which a newcomer is served before those who did none while more come than a tracker can serve. It is a
 * priority and never a gate: who does not work waits. Hashcash (Back, 2002) on SHA-256: a nonce such that the digest of
 *
 *     "treecast work v1\0" · seed 16 · peer id 32 · nonce 8
 *
 * begins with as many zero bits. Nobody can work for another, since the id is in it, nor beforehand, since the seed is.
 */

import { fromString } from 'uint8arrays/from-string'
import type { PeerId } from '../wire/record.js'

const DOMAIN = fromString('treecast work v1\0')

/** What is digested; the nonce is its last eight bytes. */
export function workMessage(seed: Uint8Array, peer: PeerId, nonce: Uint8Array): Uint8Array {
  const message = new Uint8Array(DOMAIN.length + seed.length + peer.length + nonce.length)
  message.set(DOMAIN)
  message.set(seed, DOMAIN.length)
  message.set(peer, DOMAIN.length + seed.length)
  message.set(nonce, message.length - nonce.length)
  return message
}

/** How much work a digest proves: its leading zero bits. */
export function workIn(digest: Uint8Array): number {
  let bits = 0
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}
