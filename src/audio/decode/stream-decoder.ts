/**
 * From frames as they are heard to samples on media time, in order.
 *
 * Here is all that a stream asks for beyond bare decoding: the pre-skip is thrown away where a stream begins; where we
 * joined in its middle, what the decoder makes until it has converged; the gain is applied, the end trimmed, a lost
 * frame concealed. Time is always kept: what is not given out stays a hole between two blocks, which is silence.
 */
import type { HeardFrame } from '../heard-frame.js'
import { concealment } from '../ogg/concealment.js'
import type { Codec, CodecKind, Pcm } from './codec.js'

/** What a decoder that begins in the middle of a stream needs to converge: 80 ms (RFC 7845 section 4.2). */
const CONVERGENCE_SAMPLES = 3840

/** How much of a loss is concealed; beyond it, silence. Opus's longest frame, 120 ms: what a decoder makes up fades away
 * within it, and a word that goes on for longer is no longer the speaker's. */
const MAX_CONCEALED_SAMPLES = 5760

/** One packet that is being decoded, in the order in which it will be heard. */
interface Slot {
  readonly at: number
  readonly samples: number
  /** Samples to leave out at its beginning and at its end. */
  readonly skip: number
  readonly trim: number
  readonly gain: number
  pcm?: Pcm | undefined
  done: boolean
}

export class StreamDecoder {
  readonly #kind: CodecKind
  readonly #out: (at: number, pcm: Pcm) => void
  readonly #slots: Slot[] = []
  #codec: Codec | undefined
  /** When the codecs of earlier streams have answered. */
  #retired: Promise<void> | undefined
  #channels: 1 | 2 = 2
  #lastToc = 0
  /** Samples of this stream that are still to be thrown away. */
  #skip = 0
  #gain = 1
  #concealed = 0
  #closed = false

  /** @param out is given samples of one or two channels and the media time of the first, in order. */
  constructor(kind: CodecKind, out: (at: number, pcm: Pcm) => void) {
    this.#kind = kind
    this.#out = out
  }

  /** Lost time so far, concealed or silent; samples. */
  get concealedSamples(): number {
    return this.#concealed
  }

  push(frame: HeardFrame): void {
    if (this.#closed) return
    if (frame.lostBefore > 0) this.#conceal(frame.mediaTime - frame.lostBefore, frame.lostBefore)
    const { channels, preSkip, outputGain } = frame.format
    if (frame.begins !== 'no' || this.#codec === undefined || channels !== this.#channels) {
      this.#retire()
      this.#codec = this.#kind.make(channels)
      this.#channels = channels
      this.#skip = frame.begins === 'start' ? preSkip : Math.max(preSkip, CONVERGENCE_SAMPLES)
    }
    // In 1/256 dB (RFC 7845 section 5.1).
    this.#gain = 10 ** (outputGain / 256 / 20)
    this.#lastToc = frame.data[0] ?? 0
    this.#decode(frame.data, frame.mediaTime, frame.samples, frame.endTrim)
  }

  /** Resolves when all that was pushed has been given out. */
  async flush(): Promise<void> {
    await this.#retired
    await this.#codec?.flush()
  }

  close(): void {
    this.#closed = true
    this.#slots.length = 0
    this.#codec?.close()
  }

  #conceal(from: number, samples: number): void {
    this.#concealed += samples
    if (this.#codec === undefined) return
    let at = from
    for (const lost of concealment(Math.min(samples, MAX_CONCEALED_SAMPLES), this.#lastToc)) {
      this.#decode(lost.data, at, lost.samples, 0)
      at += lost.samples
    }
  }

  #decode(data: Uint8Array, at: number, samples: number, endTrim: number): void {
    const skip = Math.min(this.#skip, samples)
    this.#skip -= skip
    const slot: Slot = { at, samples, skip, trim: endTrim, gain: this.#gain, done: false }
    this.#slots.push(slot)
    this.#codec!.decode(data, (pcm) => {
      slot.pcm = pcm
      slot.done = true
      this.#give()
    })
  }

  /** A stream that ends while its last packets are being decoded still gives them, before the next one's. */
  #retire(): void {
    const codec = this.#codec
    const before = this.#retired
    this.#retired = codec?.flush().then(() => {
      codec.close()
      return before
    })
  }

  #give(): void {
    while (this.#slots[0]?.done === true) {
      const { at, samples, skip, trim, gain, pcm } = this.#slots.shift()!
      if (pcm === undefined) this.#concealed += samples
      const end = Math.min(samples - trim, pcm?.[0]?.length ?? 0)
      if (end <= skip) continue
      this.#out(
        at + skip,
        pcm!.map((channel) => part(channel, skip, end, gain))
      )
    }
  }
}

function part(
  channel: Float32Array<ArrayBuffer>,
  begin: number,
  end: number,
  gain: number
): Float32Array<ArrayBuffer> {
  const cut = begin === 0 && end === channel.length ? channel : channel.slice(begin, end)
  if (gain !== 1) for (let at = 0; at < cut.length; at++) cut[at]! *= gain
  return cut
}
