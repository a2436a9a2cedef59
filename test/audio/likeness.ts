/** How like to a recording is what was heard of it: for what went through a codec, a resampler, a fake microphone. */

import { readFile } from 'node:fs/promises'
import { run } from '../setup/tools.js'

/** Speech has most of its energy below half of it, and the search costs with the square of the rate; Hz. */
const RATE = 4_000

/** Mean square below which there is nothing to compare: −50 dB. */
const QUIET = 1e-5

/** A part that goes on where the one before it ended is looked for within so much; s. */
const NEAR = 0.05

/** From here on there is no doubt that it is the place. */
const CERTAIN = 0.8

/** Decodes anything that ffmpeg knows to mono samples, through a raw file beside it. */
export async function decode(path: string): Promise<Float32Array> {
  const raw = `${path}.f32`
  run('ffmpeg', '-v', 'error', '-y', '-i', path, '-ac', '1', '-ar', String(RATE), '-f', 'f32le', raw)
  const { buffer, byteOffset, byteLength } = await readFile(raw)
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

export interface Likeness {
  /** Where in what was heard, s. */
  readonly at: number
  /** Where in the recording it is found, s. */
  readonly foundAt: number
  /** 1 is the same shape, 0 nothing in common. */
  readonly correlation: number
}

/** Finds each second of what was heard in a recording that is played once and again. Silence is passed over. */
export function likeness(heard: Float32Array, recording: Float32Array): Likeness[] {
  const parts: Likeness[] = []
  const round = new Float32Array(recording.length + RATE)
  round.set(recording)
  round.set(recording.subarray(0, RATE), recording.length)
  for (let at = 0; at + RATE <= heard.length; at += RATE) {
    const part = heard.subarray(at, at + RATE)
    if (dot(part, part, 0) / RATE < QUIET) continue
    const before = parts.at(-1)
    const expected = before && Math.round((before.foundAt - before.at) * RATE + at) % recording.length
    const near = NEAR * RATE
    let found = expected === undefined ? undefined : best(part, round, expected - near, expected + near)
    if (found === undefined || found.correlation < CERTAIN) found = best(part, round, 0, recording.length)
    parts.push({ at: at / RATE, foundAt: found.place / RATE, correlation: found.correlation })
  }
  return parts
}

/** The likeliest place between two. */
function best(
  part: Float32Array,
  round: Float32Array,
  from: number,
  to: number
): { place: number; correlation: number } {
  const found = { place: 0, correlation: 0 }
  const energy = dot(part, part, 0)
  for (let place = Math.max(0, from); place < to && place + part.length <= round.length; place++) {
    const within = round.subarray(place, place + part.length)
    const energyWithin = dot(within, within, 0)
    const correlation = energyWithin === 0 ? 0 : dot(part, round, place) / Math.sqrt(energy * energyWithin)
    if (correlation > found.correlation) Object.assign(found, { place, correlation })
  }
  return found
}

function dot(a: Float32Array, b: Float32Array, offset: number): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[offset + i]!
  return sum
}
