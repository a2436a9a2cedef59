import { expect } from 'chai'
import { expectWhole, gather } from './crowd.js'

describe('forty listeners', () => {
  it('play every frame from their first to the last, and cost the origin four copies', () => {
    const { world, origin, listeners } = gather({ listeners: 40, showMs: 20_000 })
    world.run(20_000)
    for (const listener of listeners) expectWhole(world, listener, 999)
    const { sent, packets } = origin.peer.stats()
    expect(sent / packets).to.be.at.most(4.2)
  })

  it('play all when they come at once and the show is long under way', () => {
    const { world, origin, listeners } = gather({ listeners: 0, showMs: 15_000 })
    world.run(5_000)
    for (let i = 0; i < 40; i++) listeners.push(world.add(`listener${i}`))
    world.run(14_000)
    for (const listener of listeners) {
      expectWhole(world, listener, 749)
      const firstFrame = world.frames(listener)[0]!
      expect(firstFrame, `${listener.name} starts with the recent past`).to.be.at.least(140)
    }
    const { sent, packets } = origin.peer.stats()
    expect(sent / packets).to.be.at.most(4.2)
  })

  it('start with two seconds at once', () => {
    const { world } = gather({ listeners: 3, showMs: 15_000 })
    world.run(5_000)
    const latecomer = world.add('latecomer')
    world.run(1_000)
    const edge = 5_000 + 300 + 1_000
    const first = world.frames(latecomer)[0]! * 20
    expect(edge - first).to.be.within(2_000, 3_500)
    expect(world.frames(latecomer).length * 20).to.be.at.least(2_000)
  })

  it('never upload more than they offer', () => {
    const { world, origin, listeners } = gather({ listeners: 0, showMs: 15_000, origin: { maxChildren: 2 } })
    world.onStep = (member) => {
      const { sent, received, packets } = member.peer.stats()
      const most = member === origin ? 2 : 1
      // A child's first two seconds come on top: sent at once, and not sent later.
      expect(sent, member.name).to.be.at.most(most * (received + packets) + most * 4 * 24)
    }
    for (let i = 0; i < 20; i++) {
      listeners.push(world.add(`listener${i}`, { maxChildren: 1 }))
      world.run(100)
    }
    world.run(18_000)
    for (const listener of listeners) expectWhole(world, listener, 749)
  })
})
