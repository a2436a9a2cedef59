/**
 * The first packet of an Ogg Opus stream: how to decode the rest (RFC 7845 section 5.1).
 */
import type { StreamFormat } from '../../protocol/media/frame.js'

/** "OpusHead" and the fixed fields; channel mapping family 0 has no more. */
const HEAD_BYTES = 19

const MAGIC = new TextEncoder().encode('OpusHead')

/**
 * @returns the format, or in a few words what is wrong with it: it goes into a message behind "which"
 */
export function parseOpusHead(packet: Uint8Array): StreamFormat | string {
  if (packet.length < HEAD_BYTES) return `has an OpusHead of only ${packet.length} bytes`
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const version = packet[8]!
  // The upper four bits are the incompatible part of the version, and 0 so far.
  if (version >> 4 !== 0) return `has version ${version} of Ogg Opus, and only 0 to 15 are known`
  const channels = packet[9]!
  const family = packet[18]!
  if (family !== 0)
    return `has ${channels} channels in mapping family ${family}, and treecast carries mono or stereo`
  if (channels !== 1 && channels !== 2) return `has ${channels} channels, and treecast carries mono or stereo`
  return { channels, preSkip: view.getUint16(10, true), outputGain: view.getInt16(16, true) }
}

export function encodeOpusHead(format: StreamFormat): Uint8Array {
  const packet = new Uint8Array(HEAD_BYTES)
  const view = new DataView(packet.buffer)
  packet.set(MAGIC)
  packet[8] = 1
  packet[9] = format.channels
  view.setUint16(10, format.preSkip, true)
  // The rate of what was encoded, for information only. It does not travel with the show; 48 kHz is what is decoded.
  view.setUint32(12, 48_000, true)
  view.setInt16(16, format.outputGain, true)
  return packet
}
