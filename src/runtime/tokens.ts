/** Issues tokens for private shows. */

import { TreecastError } from '../protocol/errors.js'
import { MAX_CERTIFICATE_SECONDS } from '../protocol/limits.js'
import { keyFromText, nameProblem } from '../protocol/wire/broadcast.js'
import { encodeToken, MAX_TOKEN_SECONDS, tokenMessage, tokenToText } from '../protocol/wire/token.js'
import type { Signer } from './platform.js'
import { certify, type ShowKey } from './show-keys.js'

/** How long a token is good where nobody says: as long as one can be, minutes. */
export const DEFAULT_TOKEN_MINUTES = MAX_TOKEN_SECONDS / 60

/**
 * A key that issues tokens, and nothing else: of epoch 0, below every show's, so that who sees its certificate in a token can make
 * no show of it.
 */
export async function issuerOf(
  root: Signer,
  makeSigner: () => Signer | Promise<Signer>,
  name: string
): Promise<ShowKey> {
  const problem = nameProblem(name)
  if (problem !== undefined)
    throw new TreecastError('bad-option', `the name "${name}" is not allowed: ${problem}`)
  const signer = await makeSigner()
  const notBefore = Math.floor(Date.now() / 1000)
  const notAfter = notBefore + MAX_CERTIFICATE_SECONDS
  const body = { epoch: 0, showKey: signer.publicKey, notBefore, notAfter, stripes: 1 }
  return { certificate: await certify(root, body, name), sign: (message) => signer.sign(message) }
}

/** @returns a token's bytes */
export async function makeToken(
  { certificate, sign }: ShowKey,
  peer: Uint8Array,
  minutes = DEFAULT_TOKEN_MINUTES
): Promise<Uint8Array> {
  if (!(minutes > 0 && minutes <= DEFAULT_TOKEN_MINUTES)) {
    throw new TreecastError(
      'bad-option',
      `a token is good for up to ${DEFAULT_TOKEN_MINUTES} minutes, not ${minutes}`
    )
  }
  const issued = Math.floor(Date.now() / 1000)
  const body = { peer, issued, expires: issued + Math.ceil(minutes * 60) }
  const signature = await sign(tokenMessage(certificate.broadcast, body))
  return encodeToken({ ...body, certificate: certificate.bytes, signature })
}

/**
 * Issues a token for a peer of a private show.
 *
 * @param peer the peer's key as text
 * @param minutes for how long it is good: up to 10, the default
 * @throws TreecastError `bad-option` if `peer` is no key, or `minutes` is out of its range.
 */
export async function issueToken(issuer: ShowKey, peer: string, minutes?: number): Promise<string> {
  return tokenToText(await makeToken(issuer, peerFromText(peer), minutes))
}

/** @throws TreecastError `bad-option` */
export function peerFromText(text: string): Uint8Array {
  const key = keyFromText(text.trim())
  if (key !== undefined) return key
  throw new TreecastError('bad-option', `"${text}" is no peer's key; give its 52 letters and digits`)
}
