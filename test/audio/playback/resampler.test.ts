import { expect } from 'chai'
import fc from 'fast-check'
import { PcmRing } from '../../../src/audio/playback/pcm-ring.js'
import { Resampler } from '../../../src/audio/playback/resampler.js'
import { snr } from '../signal.js'

const RATE = 48_000

/** A second of a tone, from media time 1,000 on. */
function toneRing(hertz: number): PcmRing {
  const ring = new PcmRing(RATE + 1000)
  ring.write(
    1000,
    [Float32Array.from({ length: RATE }, (_, at) => Math.sin((2 * Math.PI * hertz * (1000 + at)) / RATE))],
    0
  )
  return ring
}

/** Reads in quanta, as the audio thread does. */
function readAll(ring: PcmRing, begin: number, step: number, nominal: number, length: number): Float32Array {
  const resampler = new Resampler(ring, nominal)
  const out = new Float32Array(length)
  let position = begin
  for (let at = 0; at < length; at += 128) {
    const part = out.subarray(at, at + 128)
    const whole = Math.floor(position)
    resampler.read(part, new Float32Array(part.length), whole, position - whole, step)
    position += part.length * step
  }
  return out
}

function tone(hertz: number, begin: number, step: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) =>
    Math.sin((2 * Math.PI * hertz * (begin + at * step)) / RATE)
  )
}

describe('Resampler', () => {
  it('gives the samples as they are at speed 1', () => {
    const ring = new PcmRing(2048)
    const samples = Float32Array.from({ length: 2048 }, (_, at) => Math.fround(Math.sin(at * at)))
    ring.write(0, [samples], 0)
    expect(readAll(ring, 0, 1, 1, 2048)).to.deep.equal(samples)
  })

  it('is true to 70 dB from 20 Hz to 18 kHz, at any speed within ±0.5 %, from any place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 18_000 }),
        fc.double({ min: 0.995, max: 1.005, noNaN: true }),
        fc.double({ min: 2_000, max: 2_001, noNaN: true }),
        (hertz, step, begin) => {
          const out = readAll(toneRing(hertz), begin, step, 1, 12_800)
          expect(snr(tone(hertz, begin, step, 12_800), out)).to.be.above(70)
        }
      ),
      { numRuns: 40 }
    )
  })

  for (const rate of [44_100, 96_000, 22_050]) {
    it(`is true to 70 dB for a sound card of ${rate} Hz`, () => {
      const step = RATE / rate
      const hertz = Math.min(15_000, rate / 4)
      const out = readAll(toneRing(hertz), 2_000, step, step, 12_800)
      expect(snr(tone(hertz, 2_000, step, 12_800), out)).to.be.above(70)
    })
  }

  it('lets nothing through that a slow sound card would turn into another tone', () => {
    const step = RATE / 16_000
    const out = readAll(toneRing(13_000), 2_000, step, step, 12_800)
    expect(Math.max(...out.map(Math.abs))).to.be.below(10 ** (-70 / 20))
  })
})
