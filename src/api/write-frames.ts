/** From frames that are heard to an Ogg Opus output. */

import type { HeardFrame } from '../audio/heard-frame.js'
import type { OggSink } from '../audio/sink.js'
import type { StreamFormat } from '../protocol/media/frame.js'
import { JOIN_PRE_SKIP, sameDecoder } from '../recording/timeline.js'

/**
 * Writes every frame. A stream begins where a decoder has to begin anew; lost audio is kept as time.
 *
 * @throws TreecastError `output-unwritable`.
 */
export async function writeFrames(frames: AsyncIterable<HeardFrame>, sink: OggSink): Promise<void> {
  let format: StreamFormat | undefined
  for await (const frame of frames) {
    if (frame.lostBefore > 0 && format !== undefined) sink.gap(frame.lostBefore)
    if (frame.begins !== 'no' || format === undefined || !sameDecoder(format, frame.format)) {
      format = frame.format
      const preSkip = frame.begins === 'start' ? format.preSkip : Math.max(format.preSkip, JOIN_PRE_SKIP)
      sink.start({ ...format, preSkip })
    }
    sink.write(frame)
    await sink.ready()
  }
  await sink.end()
}
