import { expect } from 'chai'
import fc from 'fast-check'
import { PcmRing } from '../../../src/audio/playback/pcm-ring.js'

const FADE = 120

/** What the ring holds of a stretch of time. */
function read(ring: PcmRing, from: number, length: number): Float32Array {
  const left = new Float32Array(length)
  ring.copy(from, left, new Float32Array(length))
  return left
}

describe('PcmRing', () => {
  it('keeps every block at its time, and silence between blocks', () => {
    const blocks = fc.array(
      fc.record({
        hole: fc.constantFrom(0, 0, 0, 1, 500, 3_000, 9_999),
        length: fc.integer({ min: 1, max: 700 })
      }),
      { minLength: 1, maxLength: 60 }
    )
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 2 ** 33 }), (blocks, start) => {
        const ring = new PcmRing(4096)
        const written: { at: number; end: number }[] = []
        let at = start
        for (const { hole, length } of blocks) {
          if (written.length > 0) at += hole
          ring.write(at, [new Float32Array(length).fill(1)], -Infinity)
          written.push({ at, end: at + length })
          at += length
        }
        expect(ring.end).to.equal(at)
        const isSound = (time: number) => written.some((block) => time >= block.at && time < block.end)
        const edges = written.flatMap((block, index) => {
          const before = written[index - 1]
          return before === undefined || before.end === block.at ? [] : [before.end, block.at]
        })
        const kept = read(ring, at - ring.capacity, ring.capacity)
        let wrong = 0
        for (const [index, sample] of kept.entries()) {
          const time = at - ring.capacity + index
          const faded = edges.some((edge) => Math.abs(edge - time) <= FADE)
          const full = isSound(time) ? 1 : 0
          if (faded ? sample < 0 || sample > full : sample !== full) wrong++
        }
        expect(wrong).to.equal(0)
      })
    )
  })

  it('fades at the edges of a hole, so that nothing clicks', () => {
    const ring = new PcmRing(8192)
    ring.write(0, [new Float32Array(960).fill(1)], 0)
    ring.write(1920, [new Float32Array(960).fill(1)], 0)
    const samples = read(ring, 0, 2880)
    for (let at = 1; at < samples.length; at++) {
      expect(Math.abs(samples[at]! - samples[at - 1]!)).to.be.below(1.01 / FADE)
    }
    expect(samples[1440]).to.equal(0)
  })

  it('does not change what has been heard', () => {
    const ring = new PcmRing(8192)
    ring.write(0, [new Float32Array(960).fill(1)], 0)
    ring.write(1920, [new Float32Array(960).fill(1)], 950)
    expect([...read(ring, 0, 950)]).to.deep.equal(new Array(950).fill(1))
  })

  it('hears one channel on both sides, two each on its own', () => {
    const ring = new PcmRing(1024)
    ring.write(0, [Float32Array.of(1, 2)], 0)
    ring.write(2, [Float32Array.of(3, 4), Float32Array.of(5, 6)], 0)
    const sides = [new Float32Array(4), new Float32Array(4)] as const
    ring.copy(0, ...sides)
    expect(sides.map((side) => [...side])).to.deep.equal([
      [1, 2, 3, 4],
      [1, 2, 5, 6]
    ])
  })

  it('takes from a block what is new, and passes over what is old', () => {
    const ring = new PcmRing(1024)
    ring.write(10, [Float32Array.of(1, 2, 3)], 0)
    ring.write(10, [Float32Array.of(7, 7, 7)], 0)
    ring.write(12, [Float32Array.of(8, 4)], 0)
    expect([...read(ring, 10, 4)]).to.deep.equal([1, 2, 3, 4])
  })

  it('begins anew after clear', () => {
    const ring = new PcmRing(1024)
    ring.write(5000, [Float32Array.of(1)], 0)
    ring.clear()
    expect(ring.empty).to.equal(true)
    ring.write(7, [Float32Array.of(9)], 0)
    expect([ring.begin, ring.end]).to.deep.equal([7, 8])
    expect([...read(ring, 6, 2)]).to.deep.equal([0, 9])
  })
})
