/**
 * Ed25519 and random bytes in a browser: by WebCrypto, or by `@noble/ed25519`, loaded when it is needed, where WebCrypto
 * does not know Ed25519 yet (Chromium before 137, Firefox before 129, Safari before 17). Seeds and keys are 32 bytes.
 */

import { TreecastError } from '../protocol/errors.js'
import { isSoundKey } from '../protocol/media/signature.js'
import { idKey } from '../protocol/wire/record.js'
import type { Identity } from './platform.js'

/** What comes before the seed in PKCS #8; RFC 8410 section 7. */
const PKCS8_HEAD = [
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20
]

/** Importing a key takes longer than a check. A peer checks the same show key all night, and some neighbours' once. */
const MAX_KNOWN_KEYS = 64

interface Ed25519 {
  fromSeed(seed: Uint8Array): Promise<Identity>
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}

let chosen: Promise<Ed25519> | undefined

/** @throws TreecastError `unsupported` in a page that did not come by https or from this machine. */
export async function makeIdentity(): Promise<Identity> {
  const seed = crypto.getRandomValues(new Uint8Array(32))
  return (await ed25519()).fromSeed(seed)
}

export async function identityFromSeed(seed: Uint8Array): Promise<Identity> {
  return (await ed25519()).fromSeed(seed)
}

export async function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return (await ed25519()).verify(key, message, signature)
}

/** SHA-256. */
export async function hash(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', owned(bytes)))
}

export function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}

function ed25519(): Promise<Ed25519> {
  chosen ??= choose()
  return chosen
}

async function choose(): Promise<Ed25519> {
  // Without a secure context there is no SubtleCrypto, and neither an AudioWorklet nor a decoder.
  const { subtle } = crypto as { subtle?: SubtleCrypto }
  if (subtle === undefined) {
    throw new TreecastError('unsupported', 'the browser keeps cryptography from this page; serve it by https')
  }
  try {
    await importSeed(new Uint8Array(32).fill(1))
    return native
  } catch {
    return noble()
  }
}

const publicKeys = new Map<string, Promise<CryptoKey>>()

const native: Ed25519 = {
  async fromSeed(seed) {
    const key = await importSeed(seed)
    const { x } = await crypto.subtle.exportKey('jwk', key)
    return {
      seed,
      publicKey: fromBase64Url(x ?? ''),
      sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, owned(message)))
    }
  },
  async verify(key, message, signature) {
    try {
      return await crypto.subtle.verify('Ed25519', await publicKey(key), owned(signature), owned(message))
    } catch {
      // No point of the curve: nobody can have signed with it.
      return false
    }
  }
}

function importSeed(seed: Uint8Array): Promise<CryptoKey> {
  const der = Uint8Array.of(...PKCS8_HEAD, ...seed)
  return crypto.subtle.importKey('pkcs8', der, 'Ed25519', true, ['sign'])
}

function publicKey(bytes: Uint8Array): Promise<CryptoKey> {
  const name = idKey(bytes)
  let key = publicKeys.get(name)
  if (key === undefined) {
    key = crypto.subtle.importKey('raw', owned(bytes), 'Ed25519', false, ['verify'])
    if (publicKeys.size >= MAX_KNOWN_KEYS) publicKeys.delete(publicKeys.keys().next().value!)
    publicKeys.set(name, key)
  }
  return key
}

async function noble(): Promise<Ed25519> {
  const { getPublicKeyAsync, signAsync, verifyAsync } = await import('@noble/ed25519')
  return {
    async fromSeed(seed) {
      return { seed, publicKey: await getPublicKeyAsync(seed), sign: (message) => signAsync(message, seed) }
    },
    // Its rules are looser than ours, which have been applied before (`media/signature.ts`).
    verify: async (key, message, signature) =>
      isSoundKey(key) && verifyAsync(signature, message, key).catch(() => false)
  }
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}

/** None of our bytes is in shared memory, which is all that the type asks. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
