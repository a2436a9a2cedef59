/** Verifying a recording on the disk. */

import { readFile } from 'node:fs/promises'
import { unreadable } from '../audio/sources/failure.js'
import { TreecastError } from '../protocol/errors.js'
import type { Cryptography } from './authenticity.js'
import { PROOF_SUFFIX } from './file.js'
import { type Verification, verifyWith, type VerifyOptions } from './verify.js'

export interface VerifyFileOptions extends Omit<VerifyOptions, 'name'> {
  /** Where its proof is; default beside it, in `FILE.proof`. */
  readonly proof?: string
}

/** @throws TreecastError `source-unreadable`; `bad-proof`, `not-ogg`. */
export async function verifyFileWith(
  path: string,
  crypto: Cryptography,
  options: VerifyFileOptions
): Promise<Verification> {
  const { proof = path + PROOF_SUFFIX, ...rest } = options
  const audio = await contentsOf(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const proved = await contentsOf(proof).catch((error: unknown) => {
    const { message } = unreadable(proof, error)
    throw new TreecastError('bad-proof', `${message}, or name the proof with --proof`, { cause: error })
  })
  return verifyWith(audio, proved, crypto, { ...rest, name: path })
}

async function contentsOf(path: string): Promise<Uint8Array> {
  const file = await readFile(path)
  return new Uint8Array(file.buffer, file.byteOffset, file.length)
}
