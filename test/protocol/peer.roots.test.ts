/** An origin that dials its roots, and whom nobody else knows. */

import { expect } from 'chai'
import { publishing } from '../../src/protocol/media/publisher.js'
import type { Message } from '../../src/protocol/wire/message.js'
import { encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { expectWhole } from './crowd.js'
import { keysFromSeed, makeCertificate, type Member, World } from './world.js'

interface Stage {
  readonly world: World
  readonly origin: Member
  readonly roots: Member[]
  readonly listeners: Member[]
  /** All that was said between peers, and with the tracker either way. */
  readonly said: { from: Member | undefined; to: Member | undefined; message: Message }[]
}

/** Roots that wait for the show, an origin that feeds two of them at a time, and listeners. */
function stage(given: { roots: number; listeners: number; showMs: number }): Stage {
  const world = new World()
  const said: Stage['said'] = []
  world.onMessage = (from, to, message) => said.push({ from, to, message })
  world.onTrackerMessage = (member, message) => {
    const isAnswer = message.type === 'welcome' || message.type === 'refused'
    said.push(isAnswer ? { from: undefined, to: member, message } : { from: member, to: undefined, message })
  }
  const roots = Array.from({ length: given.roots }, (_, n) => world.add(`root${n}`, { role: 'root' }))
  world.run(500)
  const certificate = makeCertificate()
  const origin = world.addOrigin({
    self: { id: keysFromSeed(10 + given.roots).publicKey, addresses: [] },
    source: {
      certificate,
      publish: publishing(certificate),
      roots: roots.map(({ id, name }) => ({ id, addresses: [name] }))
    },
    maxChildren: 2
  })
  world.run(300)
  world.show(origin, given.showMs)
  const listeners = Array.from({ length: given.listeners }, (_, n) => {
    const member = world.add(`listener${n}`)
    world.run(100)
    return member
  })
  return { world, origin, roots, listeners, said }
}

/** The roots that the origin feeds. */
function fed({ world, origin, roots }: Stage): Member[] {
  return roots.filter((root) => !root.done && world.parentsOf(root).includes(origin))
}

describe('An origin that has roots', () => {
  it('feeds as many as it has copies for, and nobody else', () => {
    const all = stage({ roots: 4, listeners: 12, showMs: 20_000 })
    const { world, origin, listeners } = all
    world.run(5_000)
    expect(fed(all)).to.have.length(2)
    for (const root of fed(all)) expect(new Set(world.parentsOf(root))).to.deep.equal(new Set([origin]))
    for (const listener of listeners) {
      expect(world.parentsOf(listener)).to.not.include(origin)
      expect(world.linked(listener, origin)).to.equal(false)
    }
    world.run(30_000)
    for (const listener of listeners) expectWhole(world, listener, 999)
  })

  it('replaces a root that is lost within five seconds, and nobody hears it', () => {
    const all = stage({ roots: 4, listeners: 12, showMs: 40_000 })
    const { world, listeners } = all
    world.run(5_000)
    const [lost] = fed(all)
    world.kill(lost!)
    world.run(5_000)
    expect(fed(all)).to.have.length(2).and.not.include(lost)
    world.run(50_000)
    for (const listener of listeners) expectWhole(world, listener, 1_999)
  })

  it('takes a root back that has come again, when it is needed', () => {
    const all = stage({ roots: 2, listeners: 6, showMs: 60_000 })
    const { world, origin } = all
    world.run(5_000)
    world.freeze(all.roots[0]!)
    world.run(20_000)
    expect(origin.peer.stats().children).to.equal(1)
    world.thaw(all.roots[0]!)
    world.run(20_000)
    expect(origin.peer.stats().children).to.equal(2)
    expect(fed(all)).to.have.members(all.roots)
  })

  it('is in no message that a listener, a root or the tracker could pass on: neither an address nor a record of it', () => {
    const all = stage({ roots: 3, listeners: 10, showMs: 70_000 })
    const { world, origin, listeners, said } = all
    world.run(5_000)
    world.kill(fed(all)[0]!)
    world.run(70_000)
    const id = Buffer.from(origin.id)
    let toListeners = 0
    for (const { from, to, message } of said) {
      if (from === origin) {
        if (message.type === 'hello' || message.type === 'join') expect(message.addresses).to.deep.equal([])
        continue
      }
      if (to !== undefined && listeners.includes(to)) toListeners++
      // A short id stands in paths, so that loops are seen; it says where nobody is.
      expect(
        Buffer.from(encodeMessage(message)).includes(id),
        `${from?.name ?? 'tracker'}: ${message.type}`
      ).to.equal(false)
    }
    expect(toListeners).to.be.above(1_000)
  })

  it('is not led to others by what its roots name', () => {
    const all = stage({ roots: 2, listeners: 8, showMs: 30_000 })
    const { world, origin, roots, listeners } = all
    world.run(5_000)
    for (const root of roots) world.give(root, { type: 'leave' })
    world.run(20_000)
    for (const listener of listeners) expect(world.linked(origin, listener)).to.equal(false)
  })
})
