/** Digests packets for a seal, by a platform's SHA-256. */

import { payloadPart, readUnsigned } from '../protocol/wire/packet.js'
import { payloadDigest, sealList } from '../protocol/wire/seal.js'
import type { Hash, Seal } from './platform.js'

/** @returns what is synchronous where the hash is. */
export function sealWith(hash: Hash): Seal {
  return (packets) => {
    const hashes = packets.map((packet) => hash(payloadPart(packet)))
    const list = (known: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array> =>
      hash(
        sealList(packets.map((packet, i) => ({ ...readUnsigned(packet), digest: payloadDigest(known[i]!) })))
      )
    return areHere(hashes)
      ? list(hashes)
      : Promise.all(hashes.map((each) => Promise.resolve(each))).then(list)
  }
}

function areHere<T>(values: readonly (T | Promise<T>)[]): values is readonly T[] {
  return values.every((value) => !(value instanceof Promise))
}
