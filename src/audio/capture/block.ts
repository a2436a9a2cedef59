/** What the audio thread sends to the page: a block of samples. */

/** The name under which the worklet's processor is registered. */
export const CAPTURE_PROCESSOR = 'treecast-capture'

/** A block is what one Opus frame holds; ms. */
export const BLOCK_MS = 20

/** What the processor is told when it is made. */
export interface CaptureProcessorOptions {
  readonly channels: 1 | 2
  /** Samples of one channel in a block. */
  readonly blockSamples: number
}

export interface CapturedBlock {
  /** All samples of the first channel, then all of the second; −1…1. */
  readonly samples: Float32Array<ArrayBuffer>
  /** The audio context's time of the first of them, s. */
  readonly time: number
}
