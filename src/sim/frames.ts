/** The frames and packets of a simulated show: all alike. */

import { DATA_HEAD_BYTES } from '../protocol/wire/message.js'
import { audioPacketBytes } from '../protocol/wire/packet.js'
import type { ShowPlan } from './scenario/scenario.js'

/** Media time of a frame. */
export const FRAME_MS = 20

/** CELT, fullband, 20 ms, stereo. */
const TOC = (31 << 3) | 4

/** An Opus frame of the length that the bit rate makes, with nothing behind its first byte. */
export function makeFrame({ kbps }: ShowPlan): Uint8Array {
  const frame = new Uint8Array(Math.round((kbps * FRAME_MS) / 8))
  frame[0] = TOC
  return frame
}

/** What one packet of the show is on the wire, in a DATA message. */
export function packetBytesOf(show: ShowPlan): number {
  const frame = { data: makeFrame(show) }
  return DATA_HEAD_BYTES + audioPacketBytes(Array.from({ length: show.packetMs / FRAME_MS }, () => frame))
}
