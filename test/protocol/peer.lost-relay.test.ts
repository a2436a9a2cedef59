import { expect } from 'chai'
import { busiest, expectWhole, gather, notices } from './crowd.js'
import type { Member } from './world.js'

describe('a relay that dies', () => {
  it('leaves nobody with a gap', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 20_000 })
    world.run(3_000)
    const dead: Member[] = []
    for (let i = 0; i < 4; i++) {
      const victim = busiest(
        world,
        listeners.filter((listener) => !dead.includes(listener))
      )
      dead.push(victim)
      world.kill(victim)
      world.run(2_000)
    }
    world.run(12_000)
    for (const listener of listeners) if (!dead.includes(listener)) expectWhole(world, listener, 999)
    expect(notices(listeners, 'parent-lost')).to.be.above(0)
  })

  it('may take half of the listeners with it', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 20_000 })
    world.run(3_000)
    for (const victim of listeners.filter((_, i) => i % 2 === 0)) world.kill(victim)
    world.run(22_000)
    for (const listener of listeners.filter((_, i) => i % 2 === 1)) expectWhole(world, listener, 999)
  })

  it('is replaced also where it was the only one', () => {
    const { world, listeners } = gather({ listeners: 2, showMs: 15_000, origin: { maxChildren: 1 } })
    world.run(3_000)
    const relay = listeners.find((listener) =>
      world.parentsOf(listener).some((parent) => parent?.name.startsWith('origin'))
    )!
    const other = listeners.find((listener) => listener !== relay)!
    world.kill(relay)
    world.run(15_000)
    expectWhole(world, other, 749)
  })
})
