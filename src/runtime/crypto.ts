/** Ed25519 and random bytes by node:crypto. Keys go in and out as 32 bytes; what wraps them is fixed. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign as signWith,
  verify as verifyWith
} from 'node:crypto'
import type { Identity } from './platform.js'

/** What comes before the 32 bytes in PKCS #8 and SPKI; RFC 8410 section 7 and 4. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** Key objects are costly to make, and a peer checks the same show key all night. */
const MAX_KNOWN_KEYS = 64
const known = new Map<string, KeyObject>()

/** A key pair that can be written to a file. */
export interface KeyPair extends Identity {
  readonly sign: (message: Uint8Array) => Uint8Array
  /** The private key as PKCS #8 in PEM, as a key file holds it. */
  readonly toPem: () => string
}

/** 32 bytes from which a key pair is made. */
export function randomSeed(): Uint8Array {
  return new Uint8Array(randomBytes(32))
}

/** For the machines' coin flips. */
export function randomUint32(): number {
  return randomBytes(4).readUInt32BE()
}

export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  const der = Buffer.concat([PKCS8_HEAD, seed])
  return keyPairOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

/** @throws Error if the text is no Ed25519 private key. */
export function keyPairFromPem(pem: string): KeyPair {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a ${String(key.asymmetricKeyType)} key`)
  return keyPairOf(key)
}

/** Whether the signature is right. The caller has looked at the rules that libraries differ in. */
export function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifyWith(null, message, publicKeyObject(key), signature)
}

/** SHA-256. */
export function hash(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

function keyPairOf(privateKey: KeyObject): KeyPair {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  return {
    seed: new Uint8Array(der.subarray(PKCS8_HEAD.length)),
    publicKey: new Uint8Array(spki.subarray(SPKI_HEAD.length)),
    sign: (message) => new Uint8Array(signWith(null, message, privateKey)),
    toPem: () => privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  }
}

function publicKeyObject(key: Uint8Array): KeyObject {
  const name = Buffer.from(key).toString('latin1')
  let object = known.get(name)
  if (object === undefined) {
    object = createPublicKey({ key: Buffer.concat([SPKI_HEAD, key]), format: 'der', type: 'spki' })
    if (known.size >= MAX_KNOWN_KEYS) known.delete(known.keys().next().value!)
    known.set(name, object)
  }
  return object
}
