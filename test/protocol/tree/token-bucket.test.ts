import { expect } from 'chai'
import fc from 'fast-check'
import { TokenBucket } from '../../../src/protocol/tree/token-bucket.js'

describe('TokenBucket', () => {
  it('gives never more than its burst and its rate, and no less to who waits', () => {
    const takes = fc.array(fc.record({ amount: fc.integer({ min: 1, max: 50 }), afterMs: fc.nat(2_000) }), {
      maxLength: 50
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        takes,
        (perSecond, burst, all) => {
          let now = 1_000
          const bucket = new TokenBucket(perSecond, burst, now)
          let taken = 0
          for (const { amount, afterMs } of all) {
            now += afterMs
            if (bucket.take(amount, now)) taken += amount
            expect(taken).to.be.at.most(burst + ((now - 1_000) / 1_000) * perSecond + 1e-6)
          }
          now += (burst / perSecond) * 1_000 + 1
          expect(bucket.take(burst, now)).to.equal(true)
          expect(bucket.take(1, now - 5_000), 'a clock that ran backwards gives nothing').to.equal(false)
        }
      )
    )
  })
})
