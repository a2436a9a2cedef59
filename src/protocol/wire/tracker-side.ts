/**
 * The messages of a link as a tracker has them: all that `message.ts` knows, and beside it what only a tracker writes, what only a
 * tracker reads, and the work that a busy one asks for. A page that listens does without.
 */

import { MAX_REASON_BYTES } from '../limits.js'
import { KEY_BYTES, readBroadcastId } from './broadcast.js'
import type { Reader, Writer } from './cursor.js'
import {
  BYE_REASONS,
  decodeMessages as decodePeerMessages,
  encodeMessage as encodePeerMessage,
  frame,
  MAX_EXCEPT,
  type Message,
  MESSAGE_TYPE,
  NONCE_BYTES,
  readBody as readPeerBody,
  readShortIds,
  readVersions,
  ROLES,
  type TrackersMessage,
  type Work
} from './message.js'
import { readAddresses, writeRecords } from './record.js'
import { ALL_WAYS } from './ways.js'

/** @throws RangeError if a field is out of its bounds: a bug of the caller. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case 'welcome':
    case 'refused':
    case 'challenge':
    case 'work':
      return frame(message, (writer) => writeBody(writer, message))
    default:
      return encodePeerMessage(message)
  }
}

/**
 * Reads all messages in what a link delivered. Views into `bytes`, no copies.
 *
 * @throws WireError at the first that is malformed.
 */
export function decodeMessages(bytes: Uint8Array): Message[] {
  return decodePeerMessages(bytes, readBody)
}

function writeBody(w: Writer, m: TrackersMessage | Work): void {
  switch (m.type) {
    case 'welcome':
      w.u8(m.version)
        .u8(m.live ? 1 : 0)
        .u32(m.peers)
        .u32(m.waitMs)
      writeRecords(w, m.candidates)
      break
    case 'refused':
      w.u8(BYE_REASONS.indexOf(m.reason)).text(1, m.text, MAX_REASON_BYTES - 1)
      break
    case 'challenge':
      w.put(m.seed).u8(m.bits).u32(m.waitMs)
      break
    case 'work':
      w.put(m.nonce)
      break
  }
}

function readBody(type: number, r: Reader): Message | undefined {
  switch (type) {
    case MESSAGE_TYPE.join:
      return {
        type: 'join',
        ...readVersions(r),
        peerId: r.view(KEY_BYTES),
        broadcast: readBroadcastId(r),
        role: ROLES[r.u8()] ?? 'listener',
        freeSlots: r.u16(),
        wanted: r.u8(),
        addresses: readAddresses(r),
        ways: readWays(r)
      }
    case MESSAGE_TYPE.ask:
      return { type: 'ask', wanted: r.u8(), except: readShortIds(r, MAX_EXCEPT), ways: readWays(r) }
    case MESSAGE_TYPE.lease:
      return { type: 'lease', freeSlots: r.u16(), depth: r.u8() }
    case MESSAGE_TYPE.work:
      return { type: 'work', nonce: r.view(NONCE_BYTES) }
    default:
      return readPeerBody(type, r)
  }
}

/** Who does not say is told of everybody. */
function readWays(r: Reader): number {
  return r.remaining > 0 ? r.u8() : ALL_WAYS
}
