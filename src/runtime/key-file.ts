/** A private key in a file, the publisher's or a peer's: PKCS #8 in PEM, as `openssl pkey` reads it, for its owner alone. */

import { TreecastError } from '../protocol/errors.js'
import { type KeyPair, keyPairFromPem, keyPairFromSeed, randomSeed } from './crypto.js'
import { checkPrivate, makePrivate, readPrivate } from './private-file.js'

/**
 * Reads the key, or makes one with mode 0600 where there is no such file yet.
 *
 * @throws TreecastError `bad-key` if the file cannot be read or written, holds no Ed25519 private key, or is open to others.
 */
export async function openKeyFile(path: string): Promise<{ keys: KeyPair; isNew: boolean }> {
  const pem = await readPrivate(path)
  if (pem === undefined) return { keys: await makeKeyFile(path), isNew: true }
  return { keys: await readKey(path, pem), isNew: false }
}

/** Makes a new key. @throws TreecastError `bad-key` if there is such a file already, or it cannot be written. */
export async function makeKeyFile(path: string): Promise<KeyPair> {
  const keys = keyPairFromSeed(randomSeed())
  await makePrivate(path, keys.toPem())
  return keys
}

/** The key that a file's text holds. @throws TreecastError `bad-key` */
export async function readKey(path: string, pem: string): Promise<KeyPair> {
  let keys: KeyPair
  try {
    keys = keyPairFromPem(pem)
  } catch (error) {
    throw new TreecastError(
      'bad-key',
      `${path} holds no Ed25519 private key in PEM; name a key file, or a path where a new one may be made`,
      { cause: error }
    )
  }
  await checkPrivate(path)
  return keys
}
