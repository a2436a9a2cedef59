/** A stream's audio as Opus, from its first block to its last. Fetched when a source is read. */

import { TreecastError } from '../../protocol/errors.js'
import type { SourceItem, Tag } from '../source.js'
import type { CapturedBlock } from './block.js'
import { CaptureGraph } from './capture-graph.js'
import { Intake } from './intake.js'
import type { Level, MediaStreamSourceOptions } from './media-stream-source.js'
import { OpusEncoder } from './opus-encoder.js'

/** The defaults that the source checks are filled in. */
export type CaptureOptions = MediaStreamSourceOptions & { readonly bitrateKbps: number }

/** What a capture has to do with its source. */
export interface CaptureSeat {
  /** Given by `return()`. */
  readonly stop: AbortSignal
  /** What waits to be read. */
  readonly intake: (intake: Intake) => void
  /** How loud it is now. */
  readonly level: (level: Level) => void
}

/** The items that `mediaStreamSource` promises. */
export async function* capture(
  stream: MediaStream,
  options: CaptureOptions,
  { stop, intake: tellIntake, level }: CaptureSeat
): AsyncGenerator<SourceItem, undefined> {
  const { bitrateKbps, application = 'audio', context, tags = {} } = options
  const { workletUrl = new URL('./capture-worklet.js', import.meta.url) } = options
  const track = trackOf(stream)
  const channels = options.channels ?? channelsOf(track)
  const intake = new Intake()
  tellIntake(intake)
  stop.addEventListener('abort', () => intake.end())
  let encoder: OpusEncoder | undefined
  const take = (block: CapturedBlock): void => {
    intake.begin()
    level(levelOf(block.samples))
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
