import { expect } from 'chai'
import fc from 'fast-check'
import { exp, ln } from '../../src/sim/exact-math.js'

const close = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= 2e-14 * Math.max(1, Math.abs(expected))

describe('exact arithmetic', () => {
  it('takes logarithms', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (x) => close(ln(x), Math.log(x)))
    )
    expect(ln(1)).to.equal(0)
  })

  it('takes exponentials', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => {
        const expected = Math.exp(x)
        return Math.abs(exp(x) - expected) <= 2e-14 * expected
      })
    )
    expect(exp(0)).to.equal(1)
  })

  it('has these very bits, on any machine', () => {
    const bits = (x: number): string =>
      Buffer.from(new Float64Array([x]).buffer)
        .reverse()
        .toString('hex')
    expect([ln(2), ln(10), ln(0.3), exp(1), exp(-3.7), exp(11.1)].map(bits)).to.deep.equal([
      '3fe62e42fefa39ef',
      '40026bb1bbb55515',
      'bff34378fcbda720',
      '4005bf0a8b14576a',
      '3f99511fc6871044',
      '40f027b2900cb734'
    ])
  })
})
