// For the audio thread: gives its page all that it is connected to, the left side, 4,096 samples at a time, each block with
// the wall time at which it was full. Where the thread stood still, what came before is a block of its own.

/* global AudioWorkletProcessor, registerProcessor */
const BLOCK = 4096

/** Far more than a busy machine holds the audio thread up; ms. */
const STOOD_STILL_MS = 1000

registerProcessor(
  'recorder',
  class extends AudioWorkletProcessor {
    block = new Float32Array(BLOCK)
    filled = 0
    wallMs = Date.now()

    process([[samples]]) {
      const wallMs = Date.now()
      if (wallMs - this.wallMs > STOOD_STILL_MS) this.give()
      this.wallMs = wallMs
      if (samples === undefined) return true
      this.block.set(samples, this.filled)
      this.filled += samples.length
      if (this.filled === BLOCK) this.give()
      return true
    }

    give() {
      if (this.filled === 0) return
      this.port.postMessage({ samples: this.block.slice(0, this.filled), wallMs: this.wallMs })
      this.filled = 0
    }
  }
)
