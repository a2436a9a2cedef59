/**
 * Opus by WebAssembly, for browsers without a decoder of their own. 69 KB: loaded only where it is needed, hence a
 * file of its own that nothing but {@link chooseCodec} imports.
 */
import { OpusDecoder } from 'opus-decoder'
import { TreecastError } from '../../protocol/errors.js'
import type { Codec, CodecKind, Pcm } from './codec.js'

/** The smallest module there is: its magic number and version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)

/**
 * @throws TreecastError `unsupported` where the page's content security policy forbids WebAssembly, which the
 * library would meet with a promise that never settles.
 */
export function wasmCodec(): CodecKind {
  try {
    new WebAssembly.Module(EMPTY_MODULE)
  } catch (cause) {
    throw new TreecastError(
      'unsupported',
      "This browser has no Opus decoder of its own, and the page's content security policy forbids WebAssembly: " +
        "add 'wasm-unsafe-eval' to its script-src",
      { cause }
    )
  }
  return { name: 'wasm', make: (channels) => new WasmOpus(channels) }
}

class WasmOpus implements Codec {
  readonly #decoder: OpusDecoder
  readonly #ready: Promise<void>
  /** What was asked for before the decoder was ready; undefined once it is. */
  #early: (() => void)[] | undefined = []
  #closed = false

  constructor(channels: 1 | 2) {
    this.#decoder = new OpusDecoder({ channels, preSkip: 0 })
    const begin = () => {
      const early = this.#early ?? []
      this.#early = undefined
      if (this.#closed) this.#free()
      else for (const decode of early) decode()
    }
    // Where it could not be made, every packet is answered as one that it cannot decode.
    this.#ready = this.#decoder.ready.then(begin, begin)
  }

  decode(data: Uint8Array, done: (pcm: Pcm | undefined) => void): void {
    const decode = () => {
      if (!this.#closed) done(this.#decodeNow(data))
    }
    if (this.#early === undefined) decode()
    else this.#early.push(decode)
  }

  flush(): Promise<void> {
    return this.#ready
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#early === undefined) this.#free()
  }

  #free(): void {
    try {
      this.#decoder.free()
    } catch {
      // It was never made.
    }
  }

  #decodeNow(data: Uint8Array): Pcm | undefined {
    try {
      const { channelData, samplesDecoded } = this.#decoder.decodeFrame(data)
      return samplesDecoded > 0 ? (channelData as Float32Array<ArrayBuffer>[]) : undefined
    } catch {
      // Longer than its input buffer: beyond 256 kbit/s a channel at 120 ms.
      return undefined
    }
  }
}
