/** The publisher's root key in a file: PKCS #8 in PEM, as `openssl pkey` reads it, readable by its owner alone. */

import { open, readFile } from 'node:fs/promises'
import { TreecastError } from '../protocol/errors.js'
import { type KeyPair, keyPairFromPem, keyPairFromSeed, randomSeed } from './crypto.js'

/**
 * Reads the key, or makes one with mode 0600 where there is no such file yet.
 *
 * @throws TreecastError `bad-key` if the file cannot be read or written, or holds no Ed25519 private key.
 */
export async function openKeyFile(path: string): Promise<{ keys: KeyPair; isNew: boolean }> {
  let pem: string
  try {
    pem = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { keys: await makeKeyFile(path), isNew: true }
    throw new TreecastError('bad-key', `cannot read the key file ${path}: ${reason(error)}`, { cause: error })
  }
  try {
    return { keys: keyPairFromPem(pem), isNew: false }
  } catch (error) {
    throw new TreecastError(
      'bad-key',
      `${path} holds no Ed25519 private key in PEM; name a key file, or a path where a new one may be made`,
      { cause: error }
    )
  }
}

async function makeKeyFile(path: string): Promise<KeyPair> {
  const keys = keyPairFromSeed(randomSeed())
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(keys.toPem())
    await file.sync()
    await file.close()
    return keys
  } catch (error) {
    throw new TreecastError('bad-key', `cannot make the key file ${path}: ${reason(error)}`, { cause: error })
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function reason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such directory; make it first'
    case 'EISDIR':
      return 'it is a directory; name a file in it'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied; choose another place or run as its owner'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
