/** Packets for tests of what holds them: nothing in them is signed. */

import type { Kept } from '../../../src/protocol/media/window.js'
import { encodeUnsigned, joinSignature, type Payload, readPacket } from '../../../src/protocol/wire/packet.js'
import { frameOf } from '../world.js'

const format = { channels: 1 as const, preSkip: 0, outputGain: 0 }

/** A packet of one frame of 20 ms, its sequence inside. */
export function audioPacket(sequence: number, mediaMs = sequence * 20, at = 0): Kept {
  const frames = [{ data: frameOf(sequence, 12), samples: 960, endTrim: 0 }]
  return packetOf(sequence, mediaMs, { kind: 'audio', format, streamStart: sequence === 0, frames }, at)
}

export function endPacket(sequence: number, firstEnd: number, mediaMs: number, at = 0): Kept {
  return packetOf(sequence, mediaMs, { kind: 'end', firstEnd }, at)
}

export function packetOf(
  sequence: number,
  mediaMs: number,
  payload: Exclude<Payload, { kind: 'unknown' }>,
  at = 0
): Kept {
  const bytes = joinSignature(
    encodeUnsigned({ epoch: 1, sequence, mediaTime: mediaMs * 48 }, payload),
    new Uint8Array(64)
  )
  return { packet: readPacket(bytes), hops: 1, at }
}
