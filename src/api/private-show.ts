/** What private shows need beside others: fetched by who has a token, and by who broadcasts one. */

import { TreecastError } from '../protocol/errors.js'
import type { Input, Secret } from '../protocol/machine.js'
import type { PeerOptions } from '../protocol/peer-options.js'
import { PrivatePeer } from '../protocol/private/private-peer.js'
import { keyToText } from '../protocol/wire/broadcast.js'
import { equal, WireError } from '../protocol/wire/cursor.js'
import { decodeToken, tokenFromText } from '../protocol/wire/token.js'
import type { Driver } from '../runtime/driver.js'
import { groupCipher } from '../runtime/group-cipher.js'

/** A new token is asked for so long before the old one expires, and again so often where there is none; ms. */
const RENEW_BEFORE_MS = 60_000
const RETRY_MS = 15_000

/** A peer's key as text → its token. */
export type TokenSource = (peer: string) => string | Promise<string>

export interface Privacy {
  readonly makePeer: (options: PeerOptions) => PrivatePeer
  readonly onSecret: (secret: Secret, give: (input: Input) => void) => void
  /** Renews the token while the peer runs. */
  readonly begin: (driver: Driver) => void
}

/**
 * @param token a token, or what gives one for a key whenever it is asked
 * @throws TreecastError `bad-token` if there is none, or it is not for this key.
 */
export async function enter(token: string | TokenSource, peer: Uint8Array): Promise<Privacy> {
  const source = typeof token === 'string' ? undefined : token
  const ask = async (): Promise<Uint8Array> =>
    read(source === undefined ? (token as string) : await asked(source, peer), peer)
  const first = await ask()
  return privately(first, source === undefined ? undefined : ask)
}

/** @param renew gives the next token, if there can be one */
export function privately(first: Uint8Array, renew: (() => Promise<Uint8Array>) | undefined): Privacy {
  return {
    makePeer: (options) => new PrivatePeer({ ...options, token: first }),
    onSecret: groupCipher(),
    begin(driver) {
      if (renew === undefined) return
      let timer: ReturnType<typeof setTimeout>
      const plan = (ms: number): void => {
        timer = setTimeout(() => {
          renew().then(
            (token) => {
              driver.give({ type: 'token', token })
              plan(untilRenewal(token))
            },
            () => plan(RETRY_MS)
          )
        }, ms)
      }
      plan(untilRenewal(first))
      void driver.done.then(() => clearTimeout(timer))
    }
  }
}

function untilRenewal(token: Uint8Array): number {
  return Math.max(RETRY_MS, decodeToken(token).expires * 1000 - RENEW_BEFORE_MS - Date.now())
}

async function asked(source: TokenSource, peer: Uint8Array): Promise<string> {
  try {
    return await source(keyToText(peer))
  } catch (error) {
    throw new TreecastError('bad-token', `no token was to be had: ${String(error)}`, { cause: error })
  }
}

function read(text: string, peer: Uint8Array): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = tokenFromText(text.trim())
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new TreecastError('bad-token', `this is no token: ${error.message}; ask the publisher for one`)
  }
  const { peer: named, expires } = decodeToken(bytes)
  if (!equal(named, peer)) {
    const problem = `the token is for ${keyToText(named)}, and this peer is ${keyToText(peer)}`
    throw new TreecastError('bad-token', `${problem}; ask for one for this key`)
  }
  if (expires * 1000 < Date.now())
    throw new TreecastError(
      'bad-token',
      `the token was good until ${new Date(expires * 1000).toISOString()}; ask for a new one`
    )
  return bytes
}
