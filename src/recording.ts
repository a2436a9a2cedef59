/**
 * Recordings in a page or anywhere else: whether one is unedited, and excerpts of it. Safe to import anywhere.
 *
 * @packageDocumentation
 */

import { cutExcerpt, type Excerpt } from './recording/excerpt.js'
import { type Verification, verifyWith, type VerifyOptions } from './recording/verify.js'
import { encrypt } from './runtime/group-cipher.js'
import { hash, randomUint32, verify } from './runtime/web-crypto.js'

export { type ErrorCode, TreecastError } from './protocol/errors.js'
export { keyFromText, keyToText } from './protocol/wire/broadcast.js'
export type { Excerpt } from './recording/excerpt.js'
export { type Fault, type FaultKind, placeText } from './recording/faults.js'
export type { RecordedGap, Verification, VerifyOptions } from './recording/verify.js'

/** A file as a page has it. */
export type Bytes = Uint8Array | ArrayBuffer | Blob

/**
 * Holds a recording against its proof.
 *
 * @param audio the Ogg Opus file
 * @param proof the file that was written beside it
 * @throws TreecastError `not-ogg` if the one is no Ogg file, `bad-proof` if the other is no proof
 */
export async function verifyRecording(
  audio: Bytes,
  proof: Bytes,
  options: VerifyOptions = {}
): Promise<Verification> {
  return verifyWith(await bytesOf(audio), await bytesOf(proof), { hash, verify, encrypt }, options)
}

/**
 * Cuts whole packets out of a recording, with a proof of their own; times in seconds.
 *
 * @throws TreecastError `bad-option` if nothing lies between; `bad-proof` if the file is not what its proof says
 */
export async function excerptOf(audio: Bytes, proof: Bytes, from: number, to: number): Promise<Excerpt> {
  const options = { from, to, serial: randomUint32(), hash }
  return cutExcerpt(await bytesOf(audio), await bytesOf(proof), options)
}

async function bytesOf(bytes: Bytes): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) return bytes
  return new Uint8Array(bytes instanceof ArrayBuffer ? bytes : await bytes.arrayBuffer())
}
