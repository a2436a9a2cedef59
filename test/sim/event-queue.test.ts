import { expect } from 'chai'
import fc from 'fast-check'
import { EventQueue, HORIZON_MS } from '../../src/sim/event-queue.js'

describe('the event queue', () => {
  it('hands out events by time, and those of one time in the order of planning', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 }), (times) => {
        const queue = new EventQueue()
        for (const [i, at] of times.entries()) queue.plan(at, 1, i, at, undefined)
        const seen: number[] = []
        queue.runTo(30_000, (_kind, a, at) => {
          expect(queue.now).to.equal(at)
          seen.push(a)
        })
        const expected = times.map((at, i) => ({ at, i })).sort((x, y) => x.at - y.at || x.i - y.i)
        expect(seen).to.deep.equal(expected.map(({ i }) => i))
        expect(queue.size).to.equal(0)
      })
    )
  })

  it('takes events that are planned while others happen, for the same moment and for later blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 50 }), (delays) => {
        const queue = new EventQueue()
        const happened: number[] = []
        let planned = 0
        const planNext = (): void => {
          const delay = delays[planned]
          if (delay !== undefined) queue.plan(queue.now + delay, 0, planned++, 0, undefined)
        }
        planNext()
        queue.runTo(500_000, (_kind, a) => {
          happened.push(a)
          planNext()
        })
        expect(happened).to.deep.equal(delays.map((_, i) => i))
      })
    )
  })

  it('keeps numbers and objects through growth', () => {
    const queue = new EventQueue()
    const objects = Array.from({ length: 5_000 }, (_, i) => ({ i }))
    for (const [i, object] of objects.entries()) queue.plan(i % 97, i % 256, i, ~i, object)
    let count = 0
    queue.runTo(100, (kind, a, b, payload) => {
      expect([kind, b, payload]).to.deep.equal([a % 256, ~a, objects[a]])
      count++
    })
    expect(count).to.equal(5_000)
    expect(queue.handled).to.equal(5_000)
  })

  it('refuses the past and what is too far ahead', () => {
    const queue = new EventQueue()
    queue.runTo(1_000, () => undefined)
    expect(() => queue.plan(999, 0, 0, 0, undefined)).to.throw(RangeError, '999 ms cannot be planned at 1000')
    expect(() => queue.plan(1_001 + HORIZON_MS, 0, 0, 0, undefined)).to.throw(RangeError)
    expect(() => queue.plan(NaN, 0, 0, 0, undefined)).to.throw(RangeError)
    queue.plan(1_000 + HORIZON_MS, 0, 0, 0, undefined)
    let happenedAt = 0
    queue.runTo(2_000 + HORIZON_MS, () => (happenedAt = queue.now))
    expect(happenedAt).to.equal(1_000 + HORIZON_MS)
  })
})
