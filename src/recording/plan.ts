/** What a recording's file must hold, as its proof says: each packet with frames, in its order, and where it stands. */

import { SAMPLES_PER_MS } from '../protocol/media/frame.js'
import { continuesShow, type ProofEntry, type ProvenPacket } from './proof.js'
import { type Placed, readFormat, Timeline } from './timeline.js'

const SAMPLES_PER_SECOND = 1000 * SAMPLES_PER_MS

/** A packet whose frames are to be in the file. */
export interface PlannedPacket extends Placed {
  readonly packet: ProvenPacket
  readonly frames: number
  /** Where it plays, samples since the recording's begin: behind the gap before it. */
  readonly at: number
  readonly duration: number
  /** Samples at its end that are not played. */
  readonly endTrim: number
}

export interface Plan {
  readonly packets: readonly PlannedPacket[]
  /** How long the recording plays, in samples, pre-skip included. */
  readonly length: number
  /** What is missing behind it. */
  readonly missingAtEnd: Timeline['missingAtEnd']
}

export function planOf(entries: readonly ProofEntry[]): Plan {
  const timeline = new Timeline()
  const packets: PlannedPacket[] = []
  let at = 0
  for (const entry of entries) {
    if (entry.type === 'certificate') timeline.certified(continuesShow(entry.bytes))
    if (entry.type !== 'packet') continue
    const placed = timeline.take(entry.packet)
    if (placed === undefined) continue
    const { frames, duration, format } = entry.packet.audio!
    at += placed.gap
    const { endTrim } = readFormat(format)
    packets.push({ ...placed, packet: entry.packet, frames, duration, at, endTrim })
    at += duration
  }
  return { packets, length: at, missingAtEnd: timeline.missingAtEnd }
}

export function seconds(samples: number): number {
  return samples / SAMPLES_PER_SECOND
}
