/**
 * Runs in the audio thread: joins what comes, 128 samples at a time, to blocks, and sends each to the page. Messages of
 * the audio thread reach a hidden page as they reach a visible one, so nothing here or there depends on timers.
 *
 * A file of its own: bundled as `capture-worklet.js`, without imports.
 */

import { CAPTURE_PROCESSOR, type CapturedBlock, type CaptureProcessorOptions } from './block.js'

// The audio thread's globals, which TypeScript's DOM library does not hold.
declare const currentTime: number
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: CaptureProcessorOptions }) => AudioWorkletProcessor
): void

class CaptureProcessor extends AudioWorkletProcessor {
  private readonly channels: number
  private readonly blockSamples: number
  private samples: Float32Array<ArrayBuffer>
  private filled = 0
  private time = 0
  private stopped = false

  constructor({ processorOptions }: { processorOptions: CaptureProcessorOptions }) {
    super()
    this.channels = processorOptions.channels
    this.blockSamples = processorOptions.blockSamples
    this.samples = new Float32Array(this.channels * this.blockSamples)
    // The only message there is: enough.
    this.port.onmessage = () => (this.stopped = true)
  }

  /** Called for every quantum. @returns whether to go on. The output is left silent. */
  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    // The output tells how long a quantum is: the input of a track that has ended has no channels.
    const quantum = output![0]!.length
    for (let at = 0; at < quantum && !this.stopped;) {
      if (this.filled === 0) this.time = currentTime
      const count = Math.min(quantum - at, this.blockSamples - this.filled)
      for (let channel = 0; channel < this.channels; channel++) {
        const from = input![channel] ?? input![0]
        if (from === undefined) continue
        this.samples.set(from.subarray(at, at + count), channel * this.blockSamples + this.filled)
      }
      at += count
      this.filled += count
      if (this.filled === this.blockSamples) this.post()
    }
    return !this.stopped
  }

  private post(): void {
    const block: CapturedBlock = { samples: this.samples, time: this.time }
    this.port.postMessage(block, [this.samples.buffer])
    this.samples = new Float32Array(this.channels * this.blockSamples)
    this.filled = 0
  }
}

registerProcessor(CAPTURE_PROCESSOR, CaptureProcessor)
