import { expect } from 'chai'
import { stripeCount } from '../../src/protocol/tree/stripes.js'
import { expectWhole, gather } from './crowd.js'
import type { Member } from './world.js'

describe('slots', () => {
  it('of a leaf are none: it is fed, and never grants', () => {
    const { world, listeners } = gather({ listeners: 10, showMs: 15_000 })
    const leaves: Member[] = []
    let granted = 0
    world.onMessage = (from, _to, message) => {
      if (message.type === 'grant' && leaves.includes(from)) granted += stripeCount(message.stripes)
      if (message.type === 'data') expect(leaves).to.not.include(from)
    }
    for (let i = 0; i < 10; i++) {
      leaves.push(world.add(`leaf${i}`, { leaf: true }))
      world.run(100)
    }
    world.run(17_000)
    expect(granted).to.equal(0)
    for (const listener of [...listeners, ...leaves]) expectWhole(world, listener, 749)
  })

  it('are never given out twice, at any moment', () => {
    const limit = new Map<string, number>()
    const given = new Map<string, Map<string, number>>()
    const { world, listeners } = gather({ listeners: 0, showMs: 15_000, origin: { maxChildren: 2 } })
    world.onMessage = (from, to, message) => {
      if (message.type !== 'grant') return
      const of = given.get(from.name) ?? new Map<string, number>()
      given.set(from.name, of)
      of.set(to.name, stripeCount(message.stripes))
    }
    world.onStep = (member) => {
      const slots = (limit.get(member.name) ?? 2) * 4
      const status = [...(given.get(member.name)?.entries() ?? [])]
        .filter(([name]) =>
          world.members.some((other) => other.name === name && !other.done && world.linked(member, other))
        )
        .reduce((sum, [, stripes]) => sum + stripes, 0)
      expect(status, member.name).to.be.at.most(slots)
    }
    for (let i = 0; i < 20; i++) {
      const maxChildren = [1, 2, 0.5, 3][i % 4]!
      limit.set(`listener${i}`, maxChildren)
      listeners.push(world.add(`listener${i}`, { maxChildren }))
      world.run(100)
    }
    world.kill(listeners[3]!)
    world.run(18_000)
    for (const listener of listeners) if (listener !== listeners[3]) expectWhole(world, listener, 749)
  })

  it('of leaves go to who relays, and the leaves down to it', () => {
    const { world, origin } = gather({ listeners: 0, showMs: 12_000, origin: { maxChildren: 1 } })
    const leaf = world.add('leaf', { leaf: true })
    world.run(2_000)
    expect(new Set(world.parentsOf(leaf))).to.deep.equal(new Set([origin]))
    const relay = world.add('relay')
    world.run(4_000)
    expect(new Set(world.parentsOf(relay))).to.deep.equal(new Set([origin]))
    expect(new Set(world.parentsOf(leaf))).to.deep.equal(new Set([relay]))
    world.run(10_000)
    expectWhole(world, leaf, 599)
    expectWhole(world, relay, 599)
  })

  it('of a leaf are a whole place where children are counted', () => {
    const origin = { maxChildren: 2, maxPeers: 1 }
    const { world } = gather({ listeners: 0, showMs: 12_000, origin })
    const leaf = world.add('leaf', { leaf: true })
    world.run(2_000)
    const relay = world.add('relay')
    world.run(4_000)
    expect(new Set(world.parentsOf(leaf))).to.deep.equal(new Set([relay]))
    world.run(10_000)
    expectWhole(world, leaf, 599)
    expectWhole(world, relay, 599)
  })
})
