/** The example show as a listener hears it from its beginning. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HeardFrame } from '../../src/audio/heard-frame.js'
import { OpusReader } from '../../src/audio/ogg/opus-reader.js'

export const SHOW = fileURLToPath(new URL('../../examples/one-machine/show.opus', import.meta.url))

/** Its first seconds. */
export function show(seconds: number): HeardFrame[] {
  const reader = new OpusReader({ name: SHOW })
  const items = [...reader.push(readFileSync(SHOW)), ...reader.end()]
  const stream = items.find((item) => item.type === 'stream')!
  const frames: HeardFrame[] = []
  let mediaTime = 0
  for (const item of items) {
    if (item.type !== 'frame' || mediaTime >= seconds * 48_000) continue
    const begins = frames.length === 0 ? 'start' : 'no'
    frames.push({ ...item.frame, mediaTime, format: stream.format, begins, lostBefore: 0 })
    mediaTime += item.frame.samples
  }
  return frames
}
