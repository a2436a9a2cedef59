import { expect } from 'chai'
import { MAX_WANTED, WANT_PATIENCE_MS } from '../../../src/protocol/limits.js'
import { Awaited } from '../../../src/protocol/tree/awaited.js'

describe('Awaited', () => {
  it('says once who has asked for a packet', () => {
    const awaited = new Awaited()
    awaited.add(5, 1, 0)
    awaited.add(5, 2, 10)
    awaited.add(6, 1, 10)
    expect(awaited.take(4, 20)).to.equal(undefined)
    expect(awaited.take(5, 20)).to.deep.equal(new Set([1, 2]))
    expect(awaited.take(5, 20)).to.equal(undefined)
    expect(awaited.take(6, 20)).to.deep.equal(new Set([1]))
  })

  it('forgets who has left, and what was asked for long ago', () => {
    const awaited = new Awaited()
    awaited.add(5, 1, 0)
    awaited.add(5, 2, 0)
    awaited.add(6, 2, 0)
    awaited.forget(1)
    expect(awaited.take(5, 1)).to.deep.equal(new Set([2]))
    expect(awaited.take(6, WANT_PATIENCE_MS)).to.equal(undefined)
    awaited.add(7, 1, 0)
    awaited.add(8, 1, WANT_PATIENCE_MS)
    expect(awaited.size).to.equal(1)
  })

  it('remembers no more than one WANT may name', () => {
    const awaited = new Awaited()
    for (let sequence = 0; sequence < 2 * MAX_WANTED; sequence++) awaited.add(sequence, 1, 0)
    expect(awaited.size).to.equal(MAX_WANTED)
  })
})
