/**
 * Opus by the browser's own decoder (WebCodecs): off the page's thread, and no byte of ours to load.
 *
 * It is given bare packets and no description, since a description would make it cut a pre-skip that only we know how to
 * count. Its outputs come in order, one a packet, but their timestamps ignore gaps; hence a queue of who waits.
 * One invalid packet closes it for good: then a new one takes over with what still waits.
 */
import type { Codec, Pcm } from './codec.js'

/** Any timestamps do, as long as they grow: 20 ms in microseconds. */
const TIMESTAMP_STEP = 20_000

interface Waiting {
  readonly data: Uint8Array
  done(pcm: Pcm | undefined): void
}

function config(channels: 1 | 2): AudioDecoderConfig {
  return { codec: 'opus', sampleRate: 48_000, numberOfChannels: channels }
}

/** Whether this browser decodes Opus itself. */
export async function hasWebCodecs(): Promise<boolean> {
  if (!('AudioDecoder' in globalThis)) return false
  try {
    const answers = await Promise.all(([1, 2] as const).map((n) => AudioDecoder.isConfigSupported(config(n))))
    return answers.every(({ supported }) => supported)
  } catch {
    return false
  }
}

export class WebCodecsOpus implements Codec {
  readonly #channels: 1 | 2
  readonly #waiting: Waiting[] = []
  readonly #flushed: (() => void)[] = []
  #decoder: AudioDecoder | undefined
  #timestamp = 0

  constructor(channels: 1 | 2) {
    this.#channels = channels
  }

  decode(data: Uint8Array, done: (pcm: Pcm | undefined) => void): void {
    this.#waiting.push({ data, done })
    this.#feed(data)
  }

  flush(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    this.#hurry()
    return new Promise((resolve) => this.#flushed.push(resolve))
  }

  close(): void {
    this.#waiting.length = 0
    if (this.#decoder?.state === 'configured') this.#decoder.close()
    this.#decoder = undefined
    this.#tellFlushed()
  }

  #feed(data: Uint8Array): void {
    // Where an earlier packet has just closed it, its error is on the way, and what waits goes to the next.
    if (this.#decoder?.state === 'closed') return
    this.#decoder ??= this.#make()
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.#timestamp, data }))
    this.#timestamp += TIMESTAMP_STEP
  }

  #make(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (audio) => {
        const pcm = planes(audio)
        audio.close()
        this.#answer(pcm)
      },
      error: () => {
        if (decoder !== this.#decoder) return
        this.#decoder = undefined
        // All before it were answered, so it choked on the first that waits; none waits where it was merely reclaimed.
        this.#answer(undefined)
        for (const { data } of this.#waiting) this.#feed(data)
        if (this.#flushed.length > 0) this.#hurry()
      }
    })
    decoder.configure(config(this.#channels))
    return decoder
  }

  #answer(pcm: Pcm | undefined): void {
    this.#waiting.shift()?.done(pcm)
    if (this.#waiting.length === 0) this.#tellFlushed()
  }

  /** Makes the decoder give out what it may hold back. It rejects when an invalid packet closes it: that is seen to. */
  #hurry(): void {
    this.#decoder?.flush().catch(() => undefined)
  }

  #tellFlushed(): void {
    for (const resolve of this.#flushed.splice(0)) resolve()
  }
}

function planes(audio: AudioData): Pcm {
  return Array.from({ length: audio.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(audio.numberOfFrames)
    audio.copyTo(plane, { planeIndex, format: 'f32-planar' })
    return plane
  })
}
