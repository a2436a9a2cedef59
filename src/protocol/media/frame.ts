/**
 * A frame: one encoded Opus packet as the codec made it. treecast never looks inside but for the first bytes,
 * which tell how long it plays.
 */

/** Opus always counts in 48 kHz samples, whatever was recorded (RFC 7845 section 4). */
export const SAMPLES_PER_MS = 48

/** The longest that one Opus packet may play: 120 ms (RFC 6716 section 3.2.5, requirement R5). */
export const MAX_FRAME_SAMPLES = 120 * SAMPLES_PER_MS

/** How a run of frames wants to be decoded: what an Ogg Opus header says beyond the frames themselves. */
export interface StreamFormat {
  /** 1 or 2: channel mapping family 0 of RFC 7845, which is all that treecast carries. */
  readonly channels: 1 | 2
  /** Samples at 48 kHz that a decoder throws away at the stream's start; 0…65,535. */
  readonly preSkip: number
  /** Gain to apply after decoding, in 1/256 dB; −32,768…32,767. */
  readonly outputGain: number
}

export interface Frame {
  readonly data: Uint8Array
  /** How long it plays, in samples at 48 kHz. */
  readonly samples: number
  /** Samples at its end that are not to be played: an Ogg stream's end trimming (RFC 7845 section 4.4). 0 for most. */
  readonly endTrim: number
}

/**
 * How long an Opus packet plays, from its TOC byte and frame count (RFC 6716 section 3.1, tables 2 and 3).
 *
 * @returns samples at 48 kHz, 120…5,760; or undefined if this is no valid Opus packet.
 */
export function opusDuration(data: Uint8Array): number | undefined {
  const toc = data[0]
  if (toc === undefined) return undefined
  const frames = frameCount(toc, data)
  if (frames === 0) return undefined
  const samples = frames * codecFrameSamples(toc >> 3)
  return samples <= MAX_FRAME_SAMPLES ? samples : undefined
}

function frameCount(toc: number, data: Uint8Array): number {
  switch (toc & 3) {
    case 0:
      return 1
    case 1:
    case 2:
      return 2
    default:
      return (data[1] ?? 0) & 0x3f
  }
}

/** Length of one codec frame by the TOC's configuration number: SILK, hybrid and CELT have rows of their own. */
function codecFrameSamples(config: number): number {
  if (config < 12) return [10, 20, 40, 60][config & 3]! * SAMPLES_PER_MS
  if (config < 16) return [10, 20][config & 1]! * SAMPLES_PER_MS
  return [120, 240, 480, 960][config & 3]!
}
