/** The cryptography of private shows: AES-256-GCM and random keys, by WebCrypto, which browsers and Node.js have alike. */

import type { Input, Secret } from '../protocol/machine.js'
import { GROUP_KEY_BYTES } from '../protocol/wire/group-key.js'
import { idKey } from '../protocol/wire/record.js'

/** A show uses one key, and for a moment two. */
const MAX_KNOWN_KEYS = 8

/** Does what a private peer asks, and gives it the answer. */
export function groupCipher(): (secret: Secret, give: (input: Input) => void) => void {
  const cipher = new GroupCipher()
  return (secret, give) => void cipher.carryOut(secret).then(give)
}

export class GroupCipher {
  private readonly known = new Map<string, Promise<CryptoKey>>()

  async carryOut(secret: Secret): Promise<Input> {
    switch (secret.type) {
      case 'make-key':
        return { type: 'made-key', key: crypto.getRandomValues(new Uint8Array(GROUP_KEY_BYTES)) }
      case 'encrypt':
        return { type: 'encrypted', sequence: secret.sequence, payload: await this.encrypt(secret) }
      case 'decrypt':
        return { type: 'decrypted', id: secret.id, payload: await this.decrypt(secret) }
    }
  }

  /** @returns the ciphertext, the tag behind it */
  async encrypt({ key, nonce, head, payload }: Enciphered): Promise<Uint8Array> {
    const algorithm = { name: 'AES-GCM', iv: owned(nonce), additionalData: owned(head) }
    return new Uint8Array(await crypto.subtle.encrypt(algorithm, await this.keyOf(key), owned(payload)))
  }

  /** @returns undefined where the key is wrong, or anything was changed */
  private async decrypt({ key, nonce, head, payload }: Enciphered): Promise<Uint8Array | undefined> {
    const algorithm = { name: 'AES-GCM', iv: owned(nonce), additionalData: owned(head) }
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, await this.keyOf(key), owned(payload)))
    } catch {
      return undefined
    }
  }

  private keyOf(bytes: Uint8Array): Promise<CryptoKey> {
    const name = idKey(bytes)
    let key = this.known.get(name)
    if (key === undefined) {
      key = crypto.subtle.importKey('raw', owned(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
      if (this.known.size >= MAX_KNOWN_KEYS) this.known.delete(this.known.keys().next().value!)
      this.known.set(name, key)
    }
    return key
  }
}

export type Enciphered = Pick<Extract<Secret, { type: 'encrypt' }>, 'key' | 'nonce' | 'head' | 'payload'>

/** None of our bytes is in shared memory, which is all that the type asks. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

/** What verifies a recording of a private show. */
export function encrypt(what: Enciphered): Promise<Uint8Array> {
  return verifier.encrypt(what)
}

const verifier = new GroupCipher()
