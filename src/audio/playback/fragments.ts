/**
 * Writes frames as fragments that a media element takes while they are made: Opus in MP4, or in WebM.
 *
 * A fragment is given out with the first frame after it: 100 ms, one packet of the show.
 */
import {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat
} from 'mediabunny'
import type { StreamFormat } from '../../protocol/media/frame.js'

/** Each what a media element is asked for. */
export const CONTAINERS = { mp4: 'audio/mp4; codecs="opus"', webm: 'audio/webm; codecs="opus"' } as const

export type Container = keyof typeof CONTAINERS

const RATE = 48_000
const FRAGMENT_S = 0.1

export class Fragments {
  readonly #format: StreamFormat
  readonly #output: Output
  readonly #source = new EncodedAudioPacketSource('opus')
  /** The muxer takes one thing at a time. */
  #done: Promise<void>
  #samples = 0

  /** @param out is given the stream's bytes in order, its header first */
  constructor(container: Container, format: StreamFormat, out: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#format = format
    this.#output = new Output({
      format:
        container === 'mp4'
          ? new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: FRAGMENT_S })
          : new WebMOutputFormat({ appendOnly: true, minimumClusterDuration: FRAGMENT_S }),
      target: new AppendOnlyStreamTarget(
        new WritableStream({ write: (bytes: Uint8Array) => out(bytes.slice()) })
      )
    })
    this.#output.addAudioTrack(this.#source)
    this.#done = this.#output.start()
  }

  /** Adds a frame; the first is at time 0, each other where the one before it ends. */
  add(data: Uint8Array, samples: number): void {
    const packet = new EncodedPacket(data, 'key', this.#samples / RATE, samples / RATE)
    const { channels } = this.#format
    const decoderConfig = {
      codec: 'opus',
      sampleRate: RATE,
      numberOfChannels: channels,
      description: head(this.#format)
    }
    const meta = this.#samples === 0 ? { decoderConfig } : undefined
    this.#samples += samples
    this.#done = this.#done.then(() => this.#source.add(packet, meta))
  }

  /** Gives out what is left. */
  finish(): Promise<void> {
    this.#done = this.#done.then(() => this.#output.finalize())
    return this.#done
  }
}

/** An Opus header (RFC 7845 section 5.1), which is how the muxer wants to be told of pre-skip and gain. */
function head({ channels, preSkip, outputGain }: StreamFormat): Uint8Array {
  const bytes = new Uint8Array(19)
  bytes.set(new TextEncoder().encode('OpusHead'))
  const view = new DataView(bytes.buffer)
  view.setUint8(8, 1)
  view.setUint8(9, channels)
  view.setUint16(10, preSkip, true)
  view.setUint32(12, RATE, true)
  view.setInt16(16, outputGain, true)
  return bytes
}
