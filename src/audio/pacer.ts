/**
 * Releases a source's items at the pace of their audio.
 *
 * A frame is due when the frames before it have played: start + media time, never "so long after the last", so that
 * errors do not add up. Media time counts every sample of every frame, trimmed ones too, as packets do.
 *
 * A file waits for us; a live source does not. Whenever we had to wait for a live source and its frame came late, that
 * moment becomes the new reference, and the frame goes out at once: the pace follows the source. Where we
 * ourselves were late, frames go out at once as well, but the reference stays, so that our own hiccups do not
 * pile up as latency. The burst of old audio with which Icecast and encoders begin thus becomes the cushion that
 * hides the source's jitter.
 *
 * The pacer asks for one item at a time and holds one frame: what a source has read ahead, one chunk, is all there is,
 * and a source that is faster than its audio is held up by its own back-pressure.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { TreecastError } from '../protocol/errors.js'
import { SAMPLES_PER_MS } from '../protocol/media/frame.js'
import type { Source, SourceItem } from './source.js'

/** We may catch up on so much; a machine that slept longer, or cannot keep up, goes on from now. It is the listeners'
 * buffer: what comes later than that has been missed already. */
const MAX_CATCH_UP_MS = 2000

/** A frame that is there comes in less; one that has to be waited for takes more. */
const WAITED_MS = 1

export interface Clock {
  /** Milliseconds that only go forward. */
  now(): number
  /** Resolves after about so many ms; early at the signal, without an error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    await delay(ms, undefined, signal && { signal }).catch(() => undefined)
  }
}

export interface PaceOptions {
  /** 2 plays an hour in half an hour; Infinity does not wait at all. For rehearsals. */
  readonly speed?: number
  /** Whether the source comes at its own pace: see `isLive`. */
  readonly live?: boolean
  /** Ends the source where it is; the iteration is over, and nothing is thrown. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/**
 * Ends as the source does. `return()`, even while a `next()` is waiting, is passed on to the source.
 *
 * @throws TreecastError bad-option if the speed is not above 0
 */
export function pace(source: Source, options: PaceOptions = {}): Source {
  const { speed = 1 } = options
  if (!(speed > 0))
    throw new TreecastError('bad-option', `a speed of ${speed} is not above 0; 1 is real time`)
  return {
    [Symbol.asyncIterator]() {
      const items = source[Symbol.asyncIterator]()
      const stop = new AbortController()
      const signal =
        options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
      const end = () => void items.return?.()
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
      const paced = release({ [Symbol.asyncIterator]: () => items }, speed, signal, options)
      return {
        next: () => paced.next(),
        return: () => {
          stop.abort()
          return paced.return(undefined)
        }
      }
    }
  }
}

async function* release(
  source: Source,
  speed: number,
  signal: AbortSignal,
  { live = false, clock = systemClock }: PaceOptions
): AsyncGenerator<SourceItem, undefined> {
  const aborted = () => signal.aborted
  let start: number | undefined
  let played = 0
  let asked = clock.now()
  for await (const item of source) {
    if (aborted()) return
    if (item.type === 'frame') {
      const now = clock.now()
      start ??= now
      const late = now - (start + played / (SAMPLES_PER_MS * speed))
      if (late < 0) await clock.sleep(-late, signal)
      else if (late > MAX_CATCH_UP_MS || (live && now - asked >= WAITED_MS)) start += late
      if (aborted()) return
      played += item.frame.samples
    }
    yield item
    asked = clock.now()
  }
}
