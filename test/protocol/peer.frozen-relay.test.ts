import { expect } from 'chai'
import { busiest, expectWhole, gather, notices } from './crowd.js'

describe('a relay that freezes with its links open', () => {
  it('leaves nobody with a gap', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 20_000 })
    world.run(3_000)
    const victim = busiest(world, listeners)
    world.freeze(victim)
    world.run(20_000)
    for (const listener of listeners) if (listener !== victim) expectWhole(world, listener, 999)
    expect(notices(listeners, 'stalled')).to.be.above(0)
  })

  it('leaves nobody with a gap when four of them do', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 20_000 })
    world.run(3_000)
    const victims = [3, 9, 14, 21].map((i) => listeners[i]!)
    for (const victim of victims) world.freeze(victim)
    world.run(20_000)
    for (const listener of listeners) if (!victims.includes(listener)) expectWhole(world, listener, 999)
  })

  it('is moved away from also where it fed everything', () => {
    const { world, listeners } = gather({ listeners: 6, showMs: 20_000, peer: { parents: 1 } })
    world.run(3_000)
    const victim = busiest(world, listeners)
    world.freeze(victim)
    world.run(20_000)
    for (const listener of listeners) if (listener !== victim) expectWhole(world, listener, 999)
  })

  it('takes up again when it thaws, and nobody bans anybody', () => {
    const { world, listeners } = gather({ listeners: 20, showMs: 40_000 })
    world.run(3_000)
    const victim = busiest(world, listeners)
    world.freeze(victim)
    world.run(20_000)
    world.thaw(victim)
    world.run(20_000)
    for (const listener of listeners) if (listener !== victim) expectWhole(world, listener, 1_999)
    expect(world.frames(victim).at(-1)).to.equal(1_999)
    expect(notices(world.members, 'banned')).to.equal(0)
  })
})
