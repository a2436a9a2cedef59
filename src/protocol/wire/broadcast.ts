/** Which broadcast: its publisher's key and its name. Everything that is signed is bound to both. */

import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { MAX_NAME_BYTES } from '../limits.js'
import { type Reader, utf8, WireError, type Writer } from './cursor.js'

/** Length of an Ed25519 public key, of a peer's id, and of half a signature. */
export const KEY_BYTES = 32

export interface BroadcastId {
  /** The publisher's root key: Ed25519, 32 bytes. */
  readonly publisher: Uint8Array
  /** 1…64 bytes of UTF-8 without control characters. */
  readonly name: string
}

/** C0, DEL and C1 controls, which would let a name rewrite the terminal or the log that shows it. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Why a text cannot name a broadcast; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (CONTROL.test(name)) return 'it holds a control character'
  const bytes = fromString(name)
  if (utf8(bytes) !== name) return 'it holds half a surrogate pair'
  if (bytes.length > MAX_NAME_BYTES)
    return `it has ${bytes.length} bytes, at most ${MAX_NAME_BYTES} are allowed`
  return undefined
}

export function writeBroadcastId(writer: Writer, id: BroadcastId): void {
  writer.put(id.publisher).text(1, id.name, MAX_NAME_BYTES)
}

export function readBroadcastId(reader: Reader): BroadcastId {
  const publisher = reader.view(KEY_BYTES)
  const name = reader.text(1, MAX_NAME_BYTES)
  const problem = nameProblem(name)
  if (problem !== undefined) throw new WireError(`broadcast name: ${problem}`)
  return { publisher, name }
}

/** Keys in text: RFC 4648 base32, lower case, no padding: 52 characters that survive any system that folds case. */
export function keyToText(key: Uint8Array): string {
  return toString(key, 'base32')
}

/** @returns the 32 bytes, or undefined if the text is no key. */
export function keyFromText(text: string): Uint8Array | undefined {
  // 52 characters hold 260 bits: the last four must be zero, or two texts would name one key.
  if (!/^[a-z2-7]{51}[aq]$/i.test(text)) return undefined
  return fromString(text.toLowerCase(), 'base32')
}

/** The map key of a broadcast: unique, printable. */
export function broadcastKey(id: BroadcastId): string {
  return `${keyToText(id.publisher)}/${id.name}`
}
