import { expect } from 'chai'
import { equal } from '../../src/protocol/index.js'
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
    const stalls = listeners.flatMap((listener) =>
      listener.notices
        .filter((notice) => notice.event === 'stalled')
        .map((notice) => ({ listener, ...notice }))
    )
    const ofTheHole = stalls.filter(({ peer }) => equal(peer, hole.id))
    expect(ofTheHole.length).to.be.at.least(1)
    const times = new Set(ofTheHole.map(({ listener, stripe }) => `${listener.name} ${stripe}`))
    expect(times.size).to.equal(ofTheHole.length)
    // Those below it starve for a moment and may leave, too, before theirs has moved.
    expect(stalls.length).to.be.at.most(3 * stripes)
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
