/** Verifying recordings in Node.js. */

import { encrypt } from '../runtime/group-cipher.js'
import type { Verification } from '../recording/verify.js'
import { type VerifyFileOptions, verifyFileWith } from '../recording/verify-file.js'
import { verifyWith, type VerifyOptions } from '../recording/verify.js'
import { hash, verify } from '../runtime/crypto.js'

/**
 * Holds a recording against its proof.
 *
 * @param audio the Ogg Opus file
 * @param proof the file that was written beside it
 * @throws TreecastError `not-ogg` if the one is no Ogg file, `bad-proof` if the other is no proof
 */
export function verifyRecording(
  audio: Uint8Array,
  proof: Uint8Array,
  options: VerifyOptions = {}
): Promise<Verification> {
  return verifyWith(audio, proof, { hash, verify, encrypt }, options)
}

/**
 * The same for files; the proof is looked for beside the recording, unless `proof` names it.
 *
 * @throws TreecastError `source-unreadable`; `bad-proof`, `not-ogg`.
 */
export function verifyFile(path: string, options: VerifyFileOptions = {}): Promise<Verification> {
  return verifyFileWith(path, { hash, verify, encrypt }, options)
}
