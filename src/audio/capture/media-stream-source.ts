/**
 * A source for broadcasts from a browser: any MediaStream with audio, be it a microphone, a tab or a mixer, as Opus.
 *
 * It comes at its own pace, a frame each 20 ms, driven by the audio thread. Do not pace it again: that takes timers, and
 * hidden pages throttle these.
 */

import { TreecastError } from '../../protocol/errors.js'
import type { Source, SourceItem } from '../source.js'
import type { CaptureOptions } from './capture.js'
import type { Intake } from './intake.js'
import type { OpusApplication } from './opus-encoder.js'

export type { OpusApplication }

/** Fair for speech, and for music in stereo. */
const DEFAULT_BITRATE_KBPS = 64

/** What Opus can do (RFC 6716 section 2.1.1). */
const MIN_BITRATE_KBPS = 6
const MAX_BITRATE_KBPS = 510

export interface MediaStreamSourceOptions {
  /** Bitrate of the audio, kbit/s; 6…510, default 64. */
  readonly bitrateKbps?: number
  /** Default what the track says it has, at most 2; 2 where it does not say. */
  readonly channels?: 1 | 2
  /** `audio`, the default, is true to the original; `voip` makes speech easier to follow. */
  readonly application?: OpusApplication
  /** What listeners may show: `{ title, artist }` and the like. */
  readonly tags?: Readonly<Record<string, string>>
  /** The application's own context, of any rate that the browser's encoder takes; default one of 48 kHz. */
  readonly context?: AudioContext
  /** Where `capture-worklet.js` is; default beside this bundle. */
  readonly workletUrl?: string | URL
}

/** How loud it is, over all channels; 0…1, where 1 is full scale. */
export interface Level {
  readonly peak: number
  /** Root of the mean of the squares: what a meter shows. A sine of full scale has 0.71. */
  readonly rms: number
}

export interface MediaStreamSource extends Source {
  /** Of the newest 20 ms; 0 while nothing is captured. Read it whenever a meter is drawn. */
  readonly level: Level
  /** Blocks of 20 ms that were passed over, since the page was frozen or the reader slow. */
  readonly skipped: number
}

/**
 * Makes a source of a stream's first audio track. Nothing is captured before it is read. The first item says that all is
 * ready; frames begin when the next one is asked for, so that what is said before a show is live is not kept.
 *
 * It ends when the track ends (unplugged, or `stop()`), and at `return()`. The track stays the application's to stop.
 *
 * @throws TreecastError `bad-option`. Reading throws `source-empty` for a stream without audio, or whose audio has ended;
 *   `unsupported` where the browser cannot encode Opus; `source-stalled` where no audio comes, as before any click;
 *   `capture-failed` where the worklet cannot be loaded, or the encoder fails.
 */
export function mediaStreamSource(
  stream: MediaStream,
  options: MediaStreamSourceOptions = {}
): MediaStreamSource {
  const { bitrateKbps = DEFAULT_BITRATE_KBPS } = options
  const channels: number | undefined = options.channels
  if (!(bitrateKbps >= MIN_BITRATE_KBPS && bitrateKbps <= MAX_BITRATE_KBPS)) {
    throw new TreecastError(
      'bad-option',
      `bitrateKbps is ${bitrateKbps}; it must be a number from ${MIN_BITRATE_KBPS} to ${MAX_BITRATE_KBPS}`
    )
  }
  if (channels !== undefined && channels !== 1 && channels !== 2)
    throw new TreecastError('bad-option', `channels is ${channels}; it must be 1 or 2`)
  return new Capture(stream, { ...options, bitrateKbps })
}

const SILENCE: Level = { peak: 0, rms: 0 }

class Capture implements MediaStreamSource {
  level = SILENCE
  private intake: Intake | undefined
  private readonly stream: MediaStream
  private readonly options: CaptureOptions

  constructor(stream: MediaStream, options: CaptureOptions) {
    this.stream = stream
    this.options = options
  }

  get skipped(): number {
    return this.intake?.skipped ?? 0
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceItem, undefined> {
    const stop = new AbortController()
    const items = this.read(stop.signal)
    return {
      next: () => items.next(),
      return: () => {
        // A generator would let a waiting next() finish first.
        stop.abort()
        return items.return(undefined)
      }
    }
  }

  /** What captures is fetched when it is needed: who only listens does without. */
  private async *read(stop: AbortSignal): AsyncGenerator<SourceItem, undefined> {
    const { capture } = await import('./capture.js')
    if (stop.aborted) return
    try {
      yield* capture(this.stream, this.options, {
        stop,
        intake: (intake) => (this.intake = intake),
        level: (level) => (this.level = level)
      })
    } finally {
      this.level = SILENCE
    }
  }
}
