/**
 * The audio thread's side: a {@link Playhead} that the page feeds by messages and the sound card empties. Bundled to a
 * file of its own without imports, so that a page can load it by URL under any content security policy.
 */
import { type FromPlayhead, type PlayheadOptions, PROCESSOR, type ToPlayhead } from './messages.js'
import { Playhead } from './playhead.js'

// What an AudioWorkletGlobalScope has, which TypeScript's library does not know.
declare const sampleRate: number
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: PlayheadOptions }) => AudioWorkletProcessor
): void

registerProcessor(
  PROCESSOR,
  class extends AudioWorkletProcessor {
    readonly #playhead: Playhead

    constructor({ processorOptions }: { processorOptions: PlayheadOptions }) {
      super()
      const tell = (message: FromPlayhead) => this.port.postMessage(message)
      this.#playhead = new Playhead(processorOptions, sampleRate, tell)
      this.port.onmessage = ({ data }: MessageEvent<ToPlayhead>) => this.#playhead.receive(data, Date.now())
    }

    process(_: unknown, [output]: readonly [readonly [Float32Array, Float32Array]]): boolean {
      return this.#playhead.render(output[0], output[1], Date.now())
    }
  }
)
