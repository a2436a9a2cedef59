/**
 * A peer's key, as treecast and as libp2p write it. An Ed25519 peer id of libp2p is the public key itself behind a
 * few constant bytes (an identity multihash), so the two translate into each other without a table.
 */

import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'

/** Bytes of an Ed25519 seed and of an Ed25519 public key. */
const KEY_BYTES = 32

export function privateKeyFromSeed(seed: Uint8Array): Promise<PrivateKey> {
  if (seed.byteLength !== KEY_BYTES)
    throw new RangeError(`a seed has ${KEY_BYTES} bytes, not ${seed.byteLength}`)
  return generateKeyPairFromSeed('Ed25519', seed)
}

export function peerIdFromKey(publicKey: Uint8Array): PeerId {
  if (publicKey.byteLength !== KEY_BYTES) {
    throw new RangeError(`a peer's key has ${KEY_BYTES} bytes, not ${publicKey.byteLength}`)
  }
  return peerIdFromPublicKey(publicKeyFromRaw(publicKey))
}

/** The Ed25519 key of a peer; undefined for libp2p's other kinds of peers, whom treecast does not speak to. */
export function keyFromPeerId(peerId: PeerId): Uint8Array | undefined {
  return peerId.type === 'Ed25519' ? peerId.publicKey.raw : undefined
}
