/** Blocks of samples to Opus frames, by the browser's own encoder (WebCodecs). */

import { TreecastError } from '../../protocol/errors.js'
import { type Frame, opusDuration, SAMPLES_PER_MS, type StreamFormat } from '../../protocol/media/frame.js'
import { parseOpusHead } from '../ogg/opus-head.js'
import { BLOCK_MS } from './block.js'
import { captureFailed, unsupported } from './capture-graph.js'

/** What Opus counts in; Hz. */
const SAMPLE_RATE = SAMPLES_PER_MS * 1000

/** libopus's delay at 48 kHz, which nearly every encoder has: where a browser does not tell. */
const DEFAULT_PRE_SKIP = 312

/** What the audio is for: `audio` is true to the original, `voip` makes speech easier to follow. */
export type OpusApplication = 'audio' | 'voip'

export interface OpusEncoderOptions {
  readonly channels: 1 | 2
  /** Of the blocks; Hz. */
  readonly sampleRate: number
  readonly bitrateKbps: number
  readonly application: OpusApplication
}

export class OpusEncoder {
  readonly format: StreamFormat
  private readonly config: AudioEncoderConfig
  private readonly encoder: AudioEncoder
  private readonly on: OpusEncoderEvents
  /** Samples of one channel taken so far. */
  private taken = 0
  /** Samples at 48 kHz given so far. */
  private given = 0
  /** While it ends, what comes then: which frame is the last is known only afterwards. */
  private last: Frame[] | undefined

  private constructor(config: AudioEncoderConfig, format: StreamFormat, on: OpusEncoderEvents) {
    this.config = config
    this.format = format
    this.on = on
    this.encoder = new AudioEncoder({
      output: (chunk) => this.give(chunk),
      error: (error) => on.failed(broken(error))
    })
    this.encoder.configure(config)
  }

  /**
   * Finds out how the browser encodes, with a block of silence.
   *
   * @returns what makes encoders of that kind.
   * @throws TreecastError `unsupported`.
   */
  static async prepare(options: OpusEncoderOptions): Promise<PreparedOpusEncoder> {
    if (typeof AudioEncoder === 'undefined') throw unsupported('this browser has no AudioEncoder')
    const config = configOf(options)
    const format = await probe(config, options.channels)
    return { format, make: (on) => new OpusEncoder(config, format, on) }
  }

  /** @param samples a block: all of the first channel, then all of the second. */
  encode(samples: Float32Array<ArrayBuffer>): void {
    // It closes itself when it fails.
    if (this.encoder.state === 'closed') return
    const { sampleRate, numberOfChannels } = this.config
    const data = audioData(samples, this.config, (this.taken / sampleRate) * 1_000_000)
    this.taken += samples.length / numberOfChannels
    this.encoder.encode(data)
    data.close()
  }

  /**
   * Ends the stream, so that what was captured last is heard whole.
   *
   * @returns the last frames. @throws TreecastError `capture-failed`.
   */
  async end(): Promise<Frame[]> {
    if (this.taken === 0) return []
    const captured = Math.round((this.taken * SAMPLE_RATE) / this.config.sampleRate)
    const last: Frame[] = []
    this.last = last
    // The encoder is behind by its delay: silence pushes out what is still inside.
    this.encode(silence(this.config))
    try {
      await this.encoder.flush()
    } catch (error) {
      throw broken(error)
    }
    let trim = this.given - this.format.preSkip - captured
    for (let at = last.length - 1; at >= 0 && trim > 0; at--) {
      const frame = last[at]!
      const endTrim = Math.min(trim, frame.samples)
      last[at] = { ...frame, endTrim }
      trim -= endTrim
    }
    // The encoder may have filled up a frame that nothing is heard of.
    return last.filter(({ samples, endTrim }) => endTrim < samples)
  }

  /** Forgets what is still inside. */
  close(): void {
    if (this.encoder.state !== 'closed') this.encoder.close()
  }

  private give(chunk: EncodedAudioChunk): void {
    const data = new Uint8Array(chunk.byteLength)
    chunk.copyTo(data)
    const samples = opusDuration(data)
    if (samples === undefined) return
    this.given += samples
    const frame: Frame = { data, samples, endTrim: 0 }
    if (this.last === undefined) this.on.frame(frame)
    else this.last.push(frame)
  }
}

export interface OpusEncoderEvents {
  frame(frame: Frame): void
  /** `capture-failed`: nothing comes after it. */
  failed(error: TreecastError): void
}

export interface PreparedOpusEncoder {
  readonly format: StreamFormat
  /** A new encoder, which begins a new stream. */
  make(on: OpusEncoderEvents): OpusEncoder
}

/** TypeScript's DOM library does not know all of it yet (WebCodecs Opus registration, section 4). */
type OpusConfig = OpusEncoderConfig & { application: OpusApplication }

function configOf({
  channels,
  sampleRate,
  bitrateKbps,
  application
}: OpusEncoderOptions): AudioEncoderConfig {
  // Without discontinuous transmission: a frame that is not sent could not be told from one that was lost.
  const opus: OpusConfig = { format: 'opus', frameDuration: BLOCK_MS * 1000, application, usedtx: false }
  return { codec: 'opus', sampleRate, numberOfChannels: channels, bitrate: bitrateKbps * 1000, opus }
}

/** Encodes a block of silence, and reads from the stream's header what a decoder must know. */
async function probe(config: AudioEncoderConfig, channels: 1 | 2): Promise<StreamFormat> {
  const lack = `this browser cannot encode Opus with ${config.numberOfChannels} channels at ${config.sampleRate} Hz and ${config.bitrate! / 1000} kbit/s`
  let description: AllowSharedBufferSource | undefined
  let frames = 0
  let failure: unknown
  try {
    const { supported } = await AudioEncoder.isConfigSupported(config)
    if (supported !== true) throw unsupported(lack)
    const encoder = new AudioEncoder({
      output: (_, metadata) => {
        frames++
        description ??= metadata?.decoderConfig?.description
      },
      error: (error) => (failure = error)
    })
    encoder.configure(config)
    const data = audioData(silence(config), config, 0)
    encoder.encode(data)
    data.close()
    await encoder.flush()
    encoder.close()
  } catch (error) {
    if (error instanceof TreecastError) throw error
    throw unsupported(lack, failure ?? error)
  }
  if (frames === 0) throw unsupported(lack)
  return { channels, preSkip: preSkipOf(description) ?? DEFAULT_PRE_SKIP, outputGain: 0 }
}

function preSkipOf(description: AllowSharedBufferSource | undefined): number | undefined {
  if (description === undefined) return undefined
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
  const head = parseOpusHead(bytes)
  return typeof head === 'string' ? undefined : head.preSkip
}

function silence({ sampleRate, numberOfChannels }: AudioEncoderConfig): Float32Array<ArrayBuffer> {
  return new Float32Array(Math.round((sampleRate * BLOCK_MS) / 1000) * numberOfChannels)
}

function audioData(
  samples: Float32Array<ArrayBuffer>,
  { sampleRate, numberOfChannels }: AudioEncoderConfig,
  timestamp: number
): AudioData {
  const numberOfFrames = samples.length / numberOfChannels
  return new AudioData({
    format: 'f32-planar',
    data: samples,
    sampleRate,
    numberOfChannels,
    numberOfFrames,
    timestamp: Math.round(timestamp)
  })
}

function broken(error: unknown): TreecastError {
  return captureFailed(`the browser's encoder failed (${firstLine(error)}); start again`, error)
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0]!
}
