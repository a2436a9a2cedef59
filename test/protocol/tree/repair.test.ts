import { expect } from 'chai'
import { BACKFILL_RETRY_MS, MAX_WANTED, WANT_INTERVAL_MS } from '../../../src/protocol/limits.js'
import { Repair } from '../../../src/protocol/tree/repair.js'

describe('Repair', () => {
  it('asks the first first, the next one next, and none of them too often', () => {
    const repair = new Repair()
    const sources = (): number[] => [1, 2]
    expect([...repair.plan([5], sources, 0)]).to.deep.equal([[1, [5]]])
    expect([...repair.plan([5], sources, BACKFILL_RETRY_MS - 1)]).to.deep.equal([])
    expect([...repair.plan([5], sources, BACKFILL_RETRY_MS)]).to.deep.equal([[2, [5]]])
  })

  it('asks two at once for what was asked for twice in vain, and less often', () => {
    const repair = new Repair()
    const ask = (n: number): number[] => [...repair.plan([5], () => [1, 2, 3], n * BACKFILL_RETRY_MS).keys()]
    expect([ask(0), ask(1), ask(2), ask(3), ask(4)]).to.deep.equal([[1], [2], [3, 1], [], [2, 3]])
    const alone = new Repair()
    for (const n of [0, 1, 2, 4, 6])
      expect([...alone.plan([5], () => [9], n * BACKFILL_RETRY_MS)]).to.deep.equal([[9, [5]]])
  })

  it('asks one only where so much is missing that all must be late', () => {
    const repair = new Repair()
    const missing = Array.from({ length: 20 }, (_, i) => i)
    const asked = [0, 1, 2].map((n) => repair.plan(missing, () => [1, 2, 3], n * BACKFILL_RETRY_MS).size)
    expect(asked).to.deep.equal([1, 1, 1])
  })

  it('sends one link no more than one WANT in a while', () => {
    const repair = new Repair()
    expect(repair.plan([1], () => [9], 0).size).to.equal(1)
    expect(repair.plan([1, 2], () => [9], WANT_INTERVAL_MS - 1).size).to.equal(0)
    expect([...repair.plan([1, 2], () => [9], WANT_INTERVAL_MS)]).to.deep.equal([[9, [2]]])
    repair.lost(9)
    expect([...repair.plan([3], () => [9], WANT_INTERVAL_MS + 1)]).to.deep.equal([[9, [3]]])
  })

  it('asks for no more at once than a WANT may hold', () => {
    const missing = Array.from({ length: 100 }, (_, i) => i)
    expect(new Repair().plan(missing, () => [1], 0).get(1)!.length).to.equal(MAX_WANTED)
  })

  it('knows what was asked for until it is here or too late', () => {
    const repair = new Repair()
    repair.plan([1, 2], () => [9], 0)
    expect(repair.arrived(1)).to.equal(true)
    expect(repair.arrived(1)).to.equal(false)
    repair.forgetBelow(3)
    expect(repair.arrived(2)).to.equal(false)
  })
})
