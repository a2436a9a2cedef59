/**
 * Frames for audio that is missing: each asks the decoder to conceal its own length (RFC 7845 section 4.1, "Repairing
 * Gaps in Real-Time Streams").
 *
 * A frame of one byte is a TOC with frame count code 0 and nothing behind it: one codec frame of length 0, which
 * by RFC 6716 section 3.2.1 means that it was lost or not sent (DTX). So the decoder goes on from what it last heard,
 * and the stream's time goes on as if nothing were missing, which a jump of the granule position would not do:
 * players close such a jump up, and opusinfo warns of it.
 */
import { opusDuration } from '../../protocol/media/frame.js'

/** 2.5 ms, the shortest codec frame: every Opus frame is a multiple, hence every gap that losses can make. */
export const GAP_UNIT_SAMPLES = 120

/** CELT's configurations by bandwidth (RFC 6716 section 3.1, table 2): of each four, the last is the longest. */
const CELT_NARROW = 16
const CELT_WIDE = 20
const CELT_SUPER_WIDE = 24
const CELT_FULL = 28

/** What a stream that has had no frame yet is taken for: CELT, full band, 20 ms, one frame. */
export function initialToc(channels: 1 | 2): number {
  return ((CELT_FULL + 3) << 3) | (channels === 2 ? 4 : 0)
}

/**
 * Frames that conceal exactly so many samples: in the last frame's mode and bandwidth as long as its codec frames fit,
 * then shorter ones, at the end in CELT, which alone goes below 10 ms.
 *
 * @param samples a multiple of 120
 * @param lastToc the first byte of the frame before the gap
 */
export function* concealment(
  samples: number,
  lastToc: number
): Generator<{ data: Uint8Array; samples: number }> {
  let left = samples
  for (const toc of ladder(lastToc)) {
    const data = Uint8Array.of(toc)
    const length = opusDuration(data)!
    for (; left >= length; left -= length) yield { data, samples: length }
  }
}

/** One-frame TOCs to try, longest first, all with the last frame's stereo bit. */
function ladder(lastToc: number): number[] {
  const config = lastToc >> 3
  const configs = [config]
  // SILK has rows of 10, 20, 40 and 60 ms, the hybrids of 10 and 20 ms, CELT of 2.5, 5, 10 and 20 ms.
  const row = config >= 12 && config < 16 ? 2 : 4
  for (let shorter = config - 1; shorter >= config - (config % row); shorter--) configs.push(shorter)
  if (config < CELT_NARROW) {
    const celt =
      config < 4 ? CELT_NARROW : config < 12 ? CELT_WIDE : config < 14 ? CELT_SUPER_WIDE : CELT_FULL
    configs.push(celt + 1, celt)
  }
  return configs.map((each) => (each << 3) | (lastToc & 4))
}
