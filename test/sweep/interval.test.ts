import { expect } from 'chai'
import { intervalOf, t95 } from '../../src/sweep/results/interval.js'

describe("a mean's interval", () => {
  it("is Student's, as in printed tables", () => {
    const printed: [number, number][] = [
      [1, 12.706],
      [4, 2.776],
      [9, 2.262],
      [10, 2.228],
      [11, 2.201],
      [15, 2.131],
      [20, 2.086],
      [30, 2.042],
      [60, 2.0],
      [120, 1.98],
      [100_000, 1.96]
    ]
    for (const [freedom, t] of printed) expect(t95(freedom), String(freedom)).to.be.closeTo(t, 0.0006)
  })

  it('is that of a worked example', () => {
    // Mean 5, variance 2.5, so 2.776 · √(2.5 / 5).
    const { mean, half } = intervalOf([3, 4, 5, 6, 7])
    expect(mean).to.equal(5)
    expect(half).to.be.closeTo(1.963, 0.001)
  })

  it('is unknown of one run, and nothing where all agree', () => {
    expect(intervalOf([4])).to.deep.equal({ mean: 4, half: null })
    expect(intervalOf([4, 4, 4])).to.deep.equal({ mean: 4, half: 0 })
  })
})
