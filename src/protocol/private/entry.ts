/** The two messages by which peers of a private show let each other in, before and beside all others. */

import { MAX_MESSAGE_BYTES } from '../limits.js'
import { Reader, Writer } from '../wire/cursor.js'

/** Message types on the wire; who keeps no private show skips them. */
export const ENTRY_TYPE = { token: 0x18, groupKey: 0x19 } as const

export interface EntryMessage {
  readonly type: 'token' | 'groupKey'
  readonly body: Uint8Array
}

export function encodeEntry(type: EntryMessage['type'], body: Uint8Array): Uint8Array {
  return new Writer(body.length + 3).u8(ENTRY_TYPE[type]).u16(body.length).put(body).finish()
}

/** Those of these messages that stand in what a link delivered. @throws WireError where it breaks off */
export function entriesIn(bytes: Uint8Array): EntryMessage[] {
  if (bytes.length > MAX_MESSAGE_BYTES) return []
  const reader = new Reader(bytes)
  const found: EntryMessage[] = []
  while (reader.remaining > 0) {
    const type = reader.u8()
    const body = reader.view(reader.u16())
    if (type === ENTRY_TYPE.token) found.push({ type: 'token', body })
    else if (type === ENTRY_TYPE.groupKey) found.push({ type: 'groupKey', body })
  }
  return found
}
