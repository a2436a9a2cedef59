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

/** Whether a file's text is meant to hold show keys, rather than a root key. */
export function isShowKeyText(text: string): boolean {
  return text.trimStart().startsWith('{')
}

/** What a key file that has to be there holds. @throws TreecastError `bad-key` */
export async function readKeyText(path: string): Promise<string> {
  const text = await readPrivate(path)
  if (text !== undefined) return text
  throw new TreecastError('bad-key', `there is no key file ${path}; make one with: treecast key make ${path}`)
}

/** A root key that is there: to certify with a new one would make a link that nobody knows. @throws TreecastError `bad-key` */
export async function readRootKey(path: string): Promise<KeyPair> {
  const text = await readKeyText(path)
  if (!isShowKeyText(text)) return readKey(path, text)
  throw new TreecastError('bad-key', `${path} holds show keys, which certify nothing; name the root key`)
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
