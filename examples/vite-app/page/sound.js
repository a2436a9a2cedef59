/** Draws the spectrum of what is heard: a bar for each third of an octave, as on a mixing desk. */

const LOWEST_HZ = 60
const BARS = 24
const THIRD = 2 ** (1 / 3)
/** What is drawn as full, and as nothing; dB. */
const LOUD_DB = -25
const QUIET_DB = -95

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {(node: AudioNode | undefined) => void} shows the sound that leaves this node; undefined where a browser has none
 *   (Safari in the background), and nothing is drawn
 */
export function soundOn(canvas) {
  const context = canvas.getContext('2d')
  /** @type {AnalyserNode | undefined} */
  let analyser
  /** @type {AudioNode | undefined} */
  let source
  let levels = new Float32Array(0)

  function draw() {
    if (analyser === undefined) return
    requestAnimationFrame(draw)
    analyser.getFloatFrequencyData(levels)
    const scale = devicePixelRatio
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale]
    // Setting its size clears it.
    canvas.width = width
    canvas.height = height
    context.fillStyle = getComputedStyle(canvas).color
    const step = width / BARS
    for (let bar = 0; bar < BARS; bar++) {
      const level = (loudest(bar) - QUIET_DB) / (LOUD_DB - QUIET_DB)
      const tall = Math.max(2 * scale, Math.min(1, level) * height)
      context.fillRect(bar * step, height - tall, step - 3 * scale, tall)
    }
  }

  /** @param {number} bar */
  function loudest(bar) {
    const perBin = analyser.context.sampleRate / analyser.fftSize
    const from = Math.floor((LOWEST_HZ * THIRD ** bar) / perBin)
    const to = Math.max(from + 1, Math.floor((LOWEST_HZ * THIRD ** (bar + 1)) / perBin))
    return levels.subarray(from, to).reduce((most, level) => Math.max(most, level), QUIET_DB)
  }

  return (node) => {
    if (node === source) return
    source = node
    if (node === undefined) {
      analyser = undefined
      return
    }
    const isDrawing = analyser !== undefined
    analyser = new AnalyserNode(node.context, { fftSize: 4096, smoothingTimeConstant: 0.75 })
    levels = new Float32Array(analyser.frequencyBinCount)
    node.connect(analyser)
    if (!isDrawing) draw()
  }
}
