/**
 * A source for broadcasts from a browser: any MediaStream with audio, be it a microphone, a tab or a mixer, as Opus.
 *
 * It comes at its own pace, a frame each 20 ms, driven by the audio thread. Do not pace it again: that takes timers, and
 * hidden pages throttle these.
 */

import { TreecastError } from '../../protocol/errors.js'
import type { Source, SourceItem, Tag } from '../source.js'
import type { CapturedBlock } from './block.js'
import { CaptureGraph } from './capture-graph.js'
import { Intake } from './intake.js'
import { type OpusApplication, OpusEncoder } from './opus-encoder.js'

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
  return new Capture(stream, options)
}

const SILENCE: Level = { peak: 0, rms: 0 }

class Capture implements MediaStreamSource {
  level = SILENCE
  private intake = new Intake()
  private readonly stream: MediaStream
  private readonly options: MediaStreamSourceOptions

  constructor(stream: MediaStream, options: MediaStreamSourceOptions) {
    this.stream = stream
    this.options = options
  }

  get skipped(): number {
    return this.intake.skipped
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceItem, undefined> {
    const intake = new Intake()
    const stop = new AbortController()
    this.intake = intake
    const items = this.read(intake, stop.signal)
    return {
      next: () => items.next(),
      return: () => {
        // A generator would let a waiting next() finish first.
        stop.abort()
        intake.end()
        return items.return(undefined)
      }
    }
  }

  private async *read(intake: Intake, stop: AbortSignal): AsyncGenerator<SourceItem, undefined> {
    const { bitrateKbps = DEFAULT_BITRATE_KBPS, application = 'audio', context, tags = {} } = this.options
    const { workletUrl = new URL('./capture-worklet.js', import.meta.url) } = this.options
    const track = trackOf(this.stream)
    const channels = this.options.channels ?? channelsOf(track)
    let encoder: OpusEncoder | undefined
    const take = (block: CapturedBlock): void => {
      intake.begin()
      this.level = levelOf(block.samples)
      const ageMs = (graph.context.currentTime - block.time) * 1000
      if (encoder !== undefined && intake.wants(ageMs)) encoder.encode(block.samples)
    }
    const graph = new CaptureGraph(track, context, {
      block: take,
      ended: () => intake.end(),
      failed: (error) => intake.fail(error)
    })
    try {
      await graph.open(channels, workletUrl)
      const { sampleRate } = graph.context
      const prepared = await OpusEncoder.prepare({ channels, sampleRate, bitrateKbps, application })
      if (!(await intake.begun())) {
        if (stop.aborted) return
        throw ended()
      }
      yield { type: 'stream', format: prepared.format, tags: tagsOf(tags) }

      encoder = prepared.make({
        frame: (frame) => intake.push(frame),
        failed: (error) => intake.fail(error)
      })
      for (let frame = await intake.next(); frame !== undefined; frame = await intake.next())
        yield { type: 'frame', frame }
      graph.close()
      if (!stop.aborted) for (const frame of await encoder.end()) yield { type: 'frame', frame }
    } finally {
      graph.close()
      encoder?.close()
      this.level = SILENCE
    }
  }
}

function trackOf(stream: MediaStream): MediaStreamTrack {
  const track = stream.getAudioTracks()[0]
  if (track === undefined)
    throw new TreecastError('source-empty', 'the media stream has no audio; ask for it with { audio: true }')
  if (track.readyState === 'ended') throw ended()
  return track
}

function ended(): TreecastError {
  return new TreecastError(
    'source-empty',
    "the media stream's audio has ended already; ask for the microphone again"
  )
}

function channelsOf(track: MediaStreamTrack): 1 | 2 {
  return track.getSettings().channelCount === 1 ? 1 : 2
}

function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([name, value]) => ({ name: name.toUpperCase(), value }))
}

function levelOf(samples: Float32Array): Level {
  let peak = 0
  let squares = 0
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample))
    squares += sample * sample
  }
  return { peak: Math.min(1, peak), rms: Math.min(1, Math.sqrt(squares / samples.length)) }
}
