// For the audio thread: gives its page all that it is connected to, the left side, 4,096 samples at a time.

/* global AudioWorkletProcessor, registerProcessor */
const BLOCK = 4096

registerProcessor(
  'recorder',
  class extends AudioWorkletProcessor {
    block = new Float32Array(BLOCK)
    filled = 0

    process([[samples]]) {
      if (samples === undefined) return true
      this.block.set(samples, this.filled)
      this.filled += samples.length
      if (this.filled === BLOCK) {
        this.port.postMessage(this.block, [this.block.buffer])
        this.block = new Float32Array(BLOCK)
        this.filled = 0
      }
      return true
    }
  }
)
