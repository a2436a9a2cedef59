/**
 * Where a broadcast has its show keys from: of the root key, which certifies a new one whenever it is asked; or of a file of keys
 * that it has certified on another machine (`show-key-file.ts`).
 */

import { MAX_CERTIFICATE_SECONDS } from '../protocol/limits.js'
import {
  type Certificate,
  type CertificateBody,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../protocol/wire/certificate.js'
import type { Signer } from './platform.js'

/** How often a show key is changed while the root key is here, in hours. Half of what it may live: who comes with a wrong clock is
 * let in, and a key that is stolen is good for half a day on average. */
export const DEFAULT_KEY_HOURS = 12

/** A key that signs packets, and what allows it to. */
export interface ShowKey {
  readonly certificate: Certificate
  readonly sign: Signer['sign']
}

export interface ShowKeys {
  /** The publisher's root key: 32 bytes. */
  readonly publisher: Uint8Array
  readonly name: string
  /**
   * A key that has not signed anything yet.
   *
   * @param after the epoch that it is to take over from; undefined where a show begins.
   * @throws TreecastError `bad-key` if there is none.
   */
  readonly next: (after?: number) => Promise<ShowKey>
  /** How long a key is used before the next takes over, ms; Infinity: until there are new ones. */
  readonly periodMs: number
  /** Calls `onNew` when there are new keys, which revoke those before. @returns a function that ends this */
  readonly watch: (onNew: () => void) => () => void
}

/** What the publisher's root key says of a show key. */
export async function certify(
  root: Signer,
  body: Omit<CertificateBody, 'broadcast'>,
  name: string
): Promise<Certificate> {
  const broadcast = { publisher: root.publicKey, name }
  const encoded = encodeCertificateBody({ ...body, broadcast })
  const signature = await root.sign(certificateMessage(encoded))
  return decodeCertificate(new Uint8Array([...encoded, ...signature]), broadcast).certificate
}

/**
 * Keys that are made and certified when they are needed. An epoch is the second in which its key was made, so that a restart
 * revokes what was before.
 */
export function rootShowKeys(
  root: Signer,
  makeSigner: () => Signer | Promise<Signer>,
  { name, stripes, hours = DEFAULT_KEY_HOURS }: { name: string; stripes: number; hours?: number | undefined }
): ShowKeys {
  const seconds = hours * 3600
  return {
    publisher: root.publicKey,
    name,
    async next(after) {
      const signer = await makeSigner()
      const second = Math.floor(Date.now() / 1000)
      const certificate = await certify(
        root,
        {
          epoch: Math.max(second, (after ?? -1) + 1),
          showKey: signer.publicKey,
          notBefore: second,
          // Twice as long as it is used: the one behind it may be late.
          notAfter: second + Math.min(MAX_CERTIFICATE_SECONDS, Math.ceil(2 * seconds)),
          stripes,
          continues: after !== undefined
        },
        name
      )
      return { certificate, sign: (message) => signer.sign(message) }
    },
    periodMs: seconds * 1000,
    watch: () => () => undefined
  }
}
