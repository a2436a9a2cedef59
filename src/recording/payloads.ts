/** The payload of an audio packet, made again from a proof and a file's frames, and its digest. */

import { payloadDigest } from '../protocol/wire/seal.js'
import type { Contents } from './contents.js'
import { type AudioShape, FORMAT_BYTES } from './proof.js'

/** SHA-256, at once or later. */
export type Hash = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>

/** @returns undefined where the file has not so many frames. */
export function payloadAt(
  contents: Contents,
  frame: number,
  { format, frames }: AudioShape
): Uint8Array | undefined {
  if (frame + frames > contents.frames) return undefined
  const data = contents.bytes(frame, frame + frames)
  const lengths = FORMAT_BYTES + 1
  const payload = new Uint8Array(lengths + 2 * frames + data.length)
  payload.set(format)
  payload[FORMAT_BYTES] = frames
  for (let i = 0; i < frames; i++) {
    const length = contents.length(frame + i)
    payload[lengths + 2 * i] = length >>> 8
    payload[lengths + 2 * i + 1] = length & 0xff
  }
  payload.set(data, lengths + 2 * frames)
  return payload
}

/** The digest of the payload that begins with this frame. At once where the hash is: a turn for each would be dear. */
export function digestAt(
  hash: Hash,
  contents: Contents,
  frame: number,
  shape: AudioShape
): Uint8Array | undefined | Promise<Uint8Array> {
  const payload = payloadAt(contents, frame, shape)
  if (payload === undefined) return undefined
  const hashed = hash(payload)
  return hashed instanceof Promise ? hashed.then(payloadDigest) : payloadDigest(hashed)
}
