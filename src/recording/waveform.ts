/** How loud a recording is, for a picture of it. */

import { opusDuration } from '../protocol/media/frame.js'
import type { Contents } from './contents.js'

/** Decodes one Opus frame to samples of each channel. */
export type Decode = (frame: Uint8Array) => readonly Float32Array[]

/**
 * @param bars how many there are to be
 * @param decodes makes a decoder for a stream with so many channels
 * @param progress is told which part is done: 0…1
 * @returns each bar's peak, 0…100
 */
export async function waveform(
  contents: Contents,
  bars: number,
  decodes: (channels: 1 | 2) => Promise<Decode>,
  progress: (done: number) => void = () => undefined
): Promise<number[]> {
  const durations = Array.from({ length: contents.frames }, (_, frame) => {
    return opusDuration(contents.bytes(frame, frame + 1)) ?? 0
  })
  const length = durations.reduce((sum, samples) => sum + samples, 0)
  const peaks = new Array<number>(bars).fill(0)
  let decode: Decode | undefined
  let at = 0
  let stream = 0
  for (const [frame, samples] of durations.entries()) {
    while (contents.streams[stream] !== undefined && contents.streams[stream]!.frame <= frame) {
      decode = await decodes(contents.streams[stream]!.format?.channels ?? 2)
      stream++
    }
    const bar = Math.min(bars - 1, Math.floor((at / length) * bars))
    for (const channel of decode?.(contents.bytes(frame, frame + 1)) ?? []) {
      for (const sample of channel) peaks[bar] = Math.max(peaks[bar]!, Math.abs(sample))
    }
    at += samples
    if (frame % 1000 === 0) progress(frame / contents.frames)
  }
  return peaks.map((peak) => Math.round(Math.min(1, peak) * 100))
}
