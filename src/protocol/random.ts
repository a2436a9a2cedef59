/**
 * A small generator of pseudo-random numbers, so that the machines' coin flips are a function of a seed that the
 * driver gives them. Not for secrets. xoshiro128** 1.1 by Blackman and Vigna ("Scrambled linear pseudorandom number
 * generators", 2021), seeded through SplitMix32.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private d: number

  /** @param seed any 32-bit integer. */
  constructor(seed: number) {
    let state = seed | 0
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      let z = state ^ (state >>> 16)
      z = Math.imul(z, 0x21f0aaad)
      z ^= z >>> 15
      z = Math.imul(z, 0x735a2d97)
      return z ^ (z >>> 15)
    }
    this.a = next()
    this.b = next()
    this.c = next()
    this.d = next()
  }

  /** 0…2^32−1. */
  uint32(): number {
    const x = Math.imul(this.b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const t = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= t
    this.d = (this.d << 11) | (this.d >>> 21)
    return result
  }

  /** An integer in 0…bound−1; bound at most 2^32. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * bound)
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.uint32() / 2 ** 32
  }

  /** Up to `count` different items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    const pool = [...items]
    const chosen: T[] = []
    while (chosen.length < count && pool.length > 0) {
      const at = this.below(pool.length)
      chosen.push(pool[at]!)
      pool[at] = pool[pool.length - 1]!
      pool.pop()
    }
    return chosen
  }
}
