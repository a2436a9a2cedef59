// For the audio thread: records what it is connected to, the left side by quantum, each with the wall time at which it was
// given out.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

class Recorder extends AudioWorkletProcessor {
  process([input]: readonly [readonly Float32Array[]]): boolean {
    if (input[0] !== undefined) this.port.postMessage({ samples: input[0].slice(), wallMs: Date.now() })
    return true
  }
}

registerProcessor('recorder', Recorder)

export {}
