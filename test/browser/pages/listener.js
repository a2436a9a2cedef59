// A page that listens and plays, and can record what leaves its audio thread: `window.listener`, and `hear()` to begin.
import { listen } from '/treecast/index.js'

/** @typedef {keyof import('/treecast/index.js').WebListenerEvents} Event */

/** @type {{ event: string, at: number, detail?: unknown }[]} */
const log = []
/** @type {{ samples: Float32Array, wallMs: number }[]} */
const recorded = []
let length = 0
/** @type {(() => void)[]} */
const waiting = []

/** @param {string} event @param {unknown} [detail] */
function note(event, detail) {
  log.push({ event, at: performance.now(), detail })
  for (const look of [...waiting]) look()
}

/** @param {() => boolean} holds @returns {Promise<void>} */
function when(holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return
      waiting.splice(waiting.indexOf(look), 1)
      resolve()
    }
    waiting.push(look)
    look()
  })
}

Object.assign(window, {
  log,
  /** Joins and plays. Resolves when it can be heard. */
  hear: async (/** @type {string} */ link, /** @type {object} */ options) => {
    const began = performance.now()
    const listener = await listen(link, options)
    /** @type {Event[]} */
    const events = ['audible', 'underrun', 'error', 'gap', 'playbackblocked', 'ended', 'notice']
    for (const event of events) {
      listener.on(event, (/** @type {unknown} */ detail) => note(event, detail))
    }
    Object.assign(window, { listener })
    await listener.play()
    await when(() => log.some(({ event }) => event === 'audible'))
    const audible = log.find(({ event }) => event === 'audible')
    return (audible?.at ?? NaN) - began
  },
  /** Records from now on, if it does not yet. Resolves when it does. */
  record: async () => {
    if (length > 0) return
    const node = window.listener.audioNode
    if (node === undefined) throw new Error('it does not play yet')
    if (!(node.context instanceof AudioContext)) throw new Error('no context to record in')
    await node.context.audioWorklet.addModule('/recorder-worklet.js')
    const recorder = new AudioWorkletNode(node.context, 'recorder', { numberOfOutputs: 0 })
    recorder.port.onmessage = ({ data }) => {
      recorded.push(data)
      length += data.samples.length
      for (const look of [...waiting]) look()
    }
    node.connect(recorder)
    await when(() => length > 0)
  },
  /** Resolves when so many seconds have been recorded in all. */
  recordedFor: (/** @type {number} */ seconds) => when(() => length >= seconds * 48_000),
  /** How many samples had been recorded by which wall time, ms; ascending. */
  recordedBy: () => {
    let samples = 0
    return recorded.map((block) => ({ samples: (samples += block.samples.length), wallMs: block.wallMs }))
  },
  /** All of it, as a base64 text of 32-bit floats: a page has no shorter way to tell them. */
  recording: () => {
    const bytes = new Uint8Array(length * 4)
    let at = 0
    for (const { samples } of recorded) {
      bytes.set(new Uint8Array(samples.buffer), at)
      at += samples.byteLength
    }
    let text = ''
    for (let from = 0; from < bytes.length; from += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(from, from + 0x8000))
    }
    return btoa(text)
  }
})
