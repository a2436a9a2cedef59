import { expect } from 'chai'
import fc from 'fast-check'
import { Ranges } from '../../../src/protocol/replay/ranges.js'

const SIZE = 40

describe('ranges', () => {
  it('are what a set of their numbers is, whatever is added and removed, in as few runs as can be', () => {
    const change = fc.record({ adds: fc.boolean(), first: fc.nat(SIZE), length: fc.nat(8) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const ranges = new Ranges()
        const numbers = new Set<number>()
        for (const { adds, first, length } of changes) {
          if (adds) ranges.add(first, first + length)
          else ranges.remove(first, first + length)
          for (let n = first; n < first + length; n++) {
            if (adds) numbers.add(n)
            else numbers.delete(n)
          }
        }
        const runs: { first: number; end: number }[] = []
        for (let n = 0; n < SIZE + 10; n++) {
          expect(ranges.has(n)).to.equal(numbers.has(n))
          const later = [...numbers].filter((each) => each >= n)
          expect(ranges.next(n)).to.equal(later.length === 0 ? undefined : Math.min(...later))
          let missing = n
          while (numbers.has(missing)) missing++
          expect(ranges.behind(n)).to.equal(missing)
          if (numbers.has(n) && !numbers.has(n - 1)) runs.push({ first: n, end: missing })
        }
        expect(ranges.runs).to.deep.equal(runs)
      }),
      { numRuns: 300 }
    )
  })
})
