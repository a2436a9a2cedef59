/**
 * Reads a ring at any speed: windowed-sinc interpolation, and at speed 1 from a whole sample on, the samples as they are.
 *
 * The filter is flat to 20 kHz, which is where Opus ends, and 80 dB down from 28 kHz, where the images of what Opus
 * carries begin. For a slower sample rate it is stretched, so that nothing above that rate's half comes through.
 */
import type { PcmRing } from './pcm-ring.js'

/** Samples on either side that one output sample is made of: with β = 8 a transition of 8 kHz, from 20 to 28. */
const HALF_TAPS = 16
const KAISER_BETA = 8
/** Steps of the kernel's table a sample; between them a straight line, which errs by less than −100 dB. */
const TABLE_STEPS = 512

export class Resampler {
  readonly #ring: PcmRing
  readonly #kernel = kernel()
  /** How much the filter is narrowed: below 1 where the output's rate is below 48 kHz. */
  readonly #scale: number
  /** Samples on either side of a position that reading there touches. */
  readonly reach: number

  /** @param step samples of the ring for each sample out, at speed 1 */
  constructor(ring: PcmRing, step: number) {
    this.#ring = ring
    this.#scale = Math.min(1, 1 / step)
    this.reach = Math.ceil(HALF_TAPS / this.#scale)
  }

  /**
   * @param whole media time of the first sample, `fraction` 0…1 beyond it
   * @param step how far each sample out goes on
   */
  read(left: Float32Array, right: Float32Array, whole: number, fraction: number, step: number): void {
    if (step === 1 && fraction === 0) {
      this.#ring.copy(whole, left, right)
      return
    }
    for (let out = 0; out < left.length; out++) {
      const position = fraction + out * step
      const skip = Math.floor(position)
      this.#interpolate(left, right, out, whole + skip, position - skip)
    }
  }

  #interpolate(left: Float32Array, right: Float32Array, out: number, whole: number, fraction: number): void {
    const ring = this.#ring
    let sumLeft = 0
    let sumRight = 0
    let index = ring.index(whole - this.reach + 1)
    for (let tap = 1 - this.reach; tap <= this.reach; tap++) {
      const x = Math.abs(tap - fraction) * this.#scale * TABLE_STEPS
      const cell = Math.floor(x)
      if (cell < HALF_TAPS * TABLE_STEPS) {
        const weight = this.#kernel[cell]! + (this.#kernel[cell + 1]! - this.#kernel[cell]!) * (x - cell)
        sumLeft += ring.left[index]! * weight
        sumRight += ring.right[index]! * weight
      }
      index = index + 1 === ring.capacity ? 0 : index + 1
    }
    left[out] = sumLeft * this.#scale
    right[out] = sumRight * this.#scale
  }
}

/** Half of a sinc under a Kaiser window. */
function kernel(): Float32Array {
  const table = new Float32Array(HALF_TAPS * TABLE_STEPS + 1)
  for (let step = 0; step < table.length; step++) {
    const x = step / TABLE_STEPS
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
    const window = bessel(KAISER_BETA * Math.sqrt(1 - (x / HALF_TAPS) ** 2)) / bessel(KAISER_BETA)
    table[step] = sinc * window
  }
  return table
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel(x: number): number {
  let sum = 1
  for (let k = 1, term = 1; term > sum * 1e-12; k++) {
    term *= (x / 2 / k) ** 2
    sum += term
  }
  return sum
}
