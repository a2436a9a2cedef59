/** Media time, as people say it: in seconds from the show's beginning. */

import { SAMPLES_PER_MS } from '../protocol/media/frame.js'

const SECOND = 1000 * SAMPLES_PER_MS

export function toSamples(seconds: number): number {
  return Math.round(seconds * SECOND)
}

export function toSeconds(samples: number): number {
  return Math.round((samples / SECOND) * 1000) / 1000
}
