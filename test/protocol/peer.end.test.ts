import { expect } from 'chai'
import { LINGER_MS } from '../../src/protocol/limits.js'
import { expectWhole, gather } from './crowd.js'

describe('the end of the show', () => {
  it('ends everybody, and nobody lingers more than three seconds after the last has heard it', () => {
    const { world, origin, listeners } = gather({ listeners: 30, showMs: 10_000 })
    world.run(8_000)
    const begin = world.now
    world.run(LINGER_MS)
    for (const member of [origin, ...listeners])
      expect(member.done, `${member.name} at ${world.now - begin}`).to.equal(true)
    for (const listener of listeners) expectWhole(world, listener, 499)
  })

  it('is not waited for by listeners who froze, nor do those hold up others', () => {
    const { world, origin, listeners } = gather({ listeners: 12, showMs: 10_000 })
    world.run(8_500)
    world.freeze(listeners[5]!)
    world.run(300 + LINGER_MS + 2_000)
    for (const member of [origin, ...listeners])
      if (member !== listeners[5]) expect(member.done, member.name).to.equal(true)
  })

  it('leaves no links and no deadlines', () => {
    const { world, origin, listeners } = gather({ listeners: 10, showMs: 5_000 })
    world.run(9_000)
    for (const member of [origin, ...listeners]) {
      expect(member.links.size, member.name).to.equal(0)
      expect(member.peer.nextDeadline(world.now), member.name).to.equal(Infinity)
      expect(member.peer.step({ type: 'tick' }, world.now), member.name).to.deep.equal([])
    }
  })
})

describe('leaving', () => {
  it('is said to all, and those who were fed go on without a gap', () => {
    const { world, listeners } = gather({ listeners: 15, showMs: 20_000 })
    world.run(3_000)
    const leaving = listeners.slice(3, 7)
    for (const listener of leaving) world.give(listener, { type: 'leave' })
    world.run(20_000)
    for (const listener of listeners) {
      expect(listener.done).to.equal(true)
      if (!leaving.includes(listener)) expectWhole(world, listener, 999)
    }
  })
})
