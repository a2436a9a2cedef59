import { expect } from 'chai'
import fc from 'fast-check'
import { Random } from '../../src/protocol/random.js'

const M32 = 0xffffffffn
const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & M32

/** xoshiro128** 1.1 after its authors' C code, and SplitMix32 before it, in 32-bit arithmetic on BigInt. */
function* reference(seed: number): Generator<number, never> {
  let state = BigInt(seed >>> 0)
  const splitMix = (): bigint => {
    state = (state + 0x9e3779b9n) & M32
    let z = state
    z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & M32
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & M32
    return z ^ (z >> 15n)
  }
  const s = [splitMix(), splitMix(), splitMix(), splitMix()] as [bigint, bigint, bigint, bigint]
  for (;;) {
    const result = (rotl((s[1] * 5n) & M32, 7n) * 9n) & M32
    const t = (s[1] << 9n) & M32
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotl(s[3], 11n)
    yield Number(result)
  }
}

describe('Random', () => {
  it('is xoshiro128** 1.1 behind SplitMix32', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const expected = reference(seed)
        for (let i = 0; i < 20; i++) expect(random.uint32()).to.equal(expected.next().value)
      })
    )
  })

  it('stays below its bound, and samples without repeating', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 2 ** 32 }),
        fc.uniqueArray(fc.nat()),
        fc.nat(20),
        (seed, bound, items, count) => {
          const random = new Random(seed)
          expect(random.below(bound)).to.be.within(0, bound - 1)
          expect(random.unit()).to.be.within(0, 1 - 2 ** -32)
          const sample = random.sample(items, count)
          expect(sample.length).to.equal(Math.min(count, items.length))
          expect(new Set(sample).size).to.equal(sample.length)
          for (const item of sample) expect(items).to.include(item)
        }
      )
    )
  })

  it('gives every item its turn', () => {
    const random = new Random(7)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4_000; i++) counts[random.sample([0, 1, 2, 3], 1)[0]!]!++
    for (const count of counts) expect(count).to.be.within(900, 1_100)
  })
})
