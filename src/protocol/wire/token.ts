/**
 * A token lets one peer into a private show: its publisher says so, for some minutes. It names the peer's key, which every transport
 * proves, so it is of no use to anybody else. It brings the certificate of the key that signed it.
 *
 *     version u8 · length u16 · certificate · peer id 32 · issued u48 · expires u48 · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { RECORD_SKEW_SECONDS } from '../limits.js'
import { type BroadcastId, KEY_BYTES, writeBroadcastId } from './broadcast.js'
import { SIGNATURE_BYTES } from './certificate.js'
import { Reader, WireError, Writer } from './cursor.js'
import type { PeerId } from './record.js'

const DOMAIN = fromString('treecast token v1\0')
const VERSION = 1

/** A token is good for so long at most: who is to be kept out has to be kept in mind for no longer. */
export const MAX_TOKEN_SECONDS = 10 * 60

/** A token's text. */
export const MAX_TOKEN_CHARS = 1024

export interface TokenBody {
  readonly peer: PeerId
  /** Seconds of 1970, both included; at most ten minutes apart. */
  readonly issued: number
  readonly expires: number
}

export interface Token extends TokenBody {
  /** Of the key that has signed; not examined yet. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
}

/** What is signed. */
export function tokenMessage(broadcast: BroadcastId, { peer, issued, expires }: TokenBody): Uint8Array {
  const writer = new Writer(DOMAIN.length + 160).put(DOMAIN)
  writeBroadcastId(writer, broadcast)
  return writer.put(peer).u48(issued).u48(expires).finish()
}

export function encodeToken({ certificate, peer, issued, expires, signature }: Token): Uint8Array {
  const writer = new Writer(300).u8(VERSION).u16(certificate.length).put(certificate)
  return writer.put(peer).u48(issued).u48(expires).put(signature).finish()
}

/** @throws WireError if it is malformed, or good for too long. No signature is checked here. */
export function decodeToken(bytes: Uint8Array): Token {
  const reader = new Reader(bytes)
  const version = reader.u8()
  if (version !== VERSION) throw new WireError(`a token of version ${version}`)
  const certificate = reader.view(reader.u16())
  const peer = reader.view(KEY_BYTES)
  const issued = reader.u48()
  const expires = reader.u48()
  const signature = reader.view(SIGNATURE_BYTES)
  reader.end()
  if (expires < issued || expires - issued > MAX_TOKEN_SECONDS) {
    throw new WireError('a token that is good for more than ten minutes')
  }
  return { certificate, peer, issued, expires, signature }
}

/** Whether a token is good at this time, give or take what clocks are wrong by. */
export function tokenHolds({ issued, expires }: TokenBody, nowMs: number): boolean {
  const second = nowMs / 1000
  return second >= issued - RECORD_SKEW_SECONDS && second <= expires + RECORD_SKEW_SECONDS
}

/** base32, as keys are. */
export function tokenToText(bytes: Uint8Array): string {
  return toString(bytes, 'base32')
}

/** @throws WireError if the text is no token. */
export function tokenFromText(text: string): Uint8Array {
  if (text.length > MAX_TOKEN_CHARS || !/^[a-z2-7]+$/i.test(text)) throw new WireError('it is no base32')
  let bytes: Uint8Array
  try {
    bytes = fromString(text.toLowerCase(), 'base32')
  } catch {
    throw new WireError('it is no base32')
  }
  decodeToken(bytes)
  return bytes
}
