/** What is in an Ogg Opus file, for comparing shows. */

import { readFile } from 'node:fs/promises'
import { OpusReader } from '../../src/audio/ogg/opus-reader.js'

export interface OpusFile {
  /** Each frame's bytes in hex. */
  readonly frames: readonly string[]
  readonly samples: number
  readonly streams: number
}

export async function readOpus(path: string): Promise<OpusFile> {
  const reader = new OpusReader({ name: path })
  const items = [...reader.push(new Uint8Array(await readFile(path))), ...reader.end()]
  const frames: string[] = []
  let samples = 0
  let streams = 0
  for (const item of items) {
    if (item.type === 'stream') streams++
    else {
      frames.push(Buffer.from(item.frame.data).toString('hex'))
      samples += item.frame.samples
    }
  }
  return { frames, samples, streams }
}
