import { expect } from 'chai'
import { busiest, expectWhole, gather, notices } from './crowd.js'

describe('a black hole', () => {
  it('that answers everything and passes nothing on leaves nobody with a gap', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 30_000 })
    world.run(3_000)
    busiest(world, listeners).blackHole = true
    world.run(30_000)
    for (const listener of listeners) expectWhole(world, listener, 1_499)
    expect(notices(listeners, 'banned')).to.equal(0)
  })

  it('is no better when three in ten turn into one at once', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 30_000 })
    world.run(3_000)
    for (const [i, listener] of listeners.entries()) if (i % 10 < 3) listener.blackHole = true
    world.run(30_000)
    for (const listener of listeners) expectWhole(world, listener, 1_499)
  })

  it('is moved away from once, and not tried again at every change of its state', () => {
    const { world, listeners } = gather({ listeners: 20, showMs: 30_000 })
    world.run(3_000)
    const hole = busiest(world, listeners)
    const stripes = listeners
      .flatMap((listener) => world.parentsOf(listener))
      .filter((parent) => parent === hole).length
    hole.blackHole = true
    world.run(30_000)
    // Once for each stripe that it fed, and perhaps for those below, who starve until theirs has moved.
    expect(notices(listeners, 'stalled')).to.be.within(1, 3 * stripes)
  })

  it('from the start does not keep newcomers from playing', () => {
    const { world, listeners } = gather({ listeners: 8, showMs: 20_000 })
    for (const listener of listeners.slice(0, 3)) listener.blackHole = true
    for (let i = 0; i < 12; i++) {
      listeners.push(world.add(`newcomer${i}`))
      world.run(100)
    }
    world.run(20_000)
    for (const listener of listeners) expectWhole(world, listener, 999)
  })
})
