/** Newcomers who hold a ticket, when no tracker answers. */

import { expect } from 'chai'
import type { SignedRecord } from '../../src/protocol/wire/signed-record.js'
import { ticketFromText, ticketToText } from '../../src/protocol/wire/ticket.js'
import { expectWhole, gather, notices } from './crowd.js'
import { type Member, World } from './world.js'

/** Ten who listen, and trackers that are gone. */
function withoutTrackers(): { world: World; listeners: Member[]; ticketOf: (n: number) => SignedRecord[] } {
  const { world, listeners } = gather({ listeners: 10, showMs: 40_000 })
  world.run(3_000)
  world.stopTracker()
  const ticketOf = (n: number): SignedRecord[] =>
    ticketFromText(ticketToText(listeners[n]!.peer.ticket(world.now)))
  return { world, listeners, ticketOf }
}

/** How long it takes until a member plays; ms. */
function startUp(world: World, member: Member): number {
  const begin = world.now
  while (member.played.length === 0 && world.now < begin + 20_000) world.run(50)
  return world.now - begin
}

describe('A newcomer with a ticket', () => {
  it('enters though no tracker is there, and within a moment', () => {
    const { world, ticketOf } = withoutTrackers()
    const newcomers = [0, 3, 9].map((n) => world.add(`newcomer${n}`, { ticket: ticketOf(n) }))
    for (const newcomer of newcomers) expect(startUp(world, newcomer)).to.be.below(2_000)
    world.run(60_000)
    for (const newcomer of newcomers) expectWhole(world, newcomer, 1_999)
  })

  it('enters where the link names no tracker at all', () => {
    const { world, ticketOf } = withoutTrackers()
    const newcomer = world.add('newcomer', { trackers: [], ticket: ticketOf(2) })
    expect(startUp(world, newcomer)).to.be.below(2_000)
  })

  it('enters past a tracker that takes the connection and says nothing', () => {
    const { world, ticketOf } = withoutTrackers()
    world.trackerUp = true
    world.mute.add('ws://mute')
    const newcomer = world.add('newcomer', { trackers: ['ws://mute'], ticket: ticketOf(2) })
    expect(startUp(world, newcomer)).to.be.below(3_000)
  })

  it('enters by the last of its peers when the others are gone, and is found by newcomers in turn', () => {
    const { world, listeners, ticketOf } = withoutTrackers()
    const ticket = ticketOf(5)
    const named = listeners.filter(({ id }) =>
      ticket.some((record) => record.id.every((b, i) => b === id[i]))
    )
    for (const member of named.slice(1)) world.kill(member)
    const newcomer = world.add('newcomer', { ticket })
    expect(startUp(world, newcomer)).to.be.below(5_000)
    world.run(3_000)
    const second = world.add('second', { ticket: newcomer.peer.ticket(world.now) })
    expect(startUp(world, second)).to.be.below(3_000)
    world.run(60_000)
    for (const member of [newcomer, second]) expectWhole(world, member, 1_999)
  })

  it('leaves it in its pocket where a tracker answers', () => {
    const { world, listeners } = gather({ listeners: 10, showMs: 40_000 })
    world.run(3_000)
    // Peers that nobody could dial: a dial would be seen.
    const ticket = listeners[0]!.peer.ticket(world.now)
    for (const listener of listeners) world.kill(listener)
    world.run(1_000)
    const failed: Member[] = []
    world.onStep = (member, input) => {
      if (input.type === 'dial-failed') failed.push(member)
    }
    const newcomer = world.add('newcomer', { ticket })
    expect(startUp(world, newcomer)).to.be.below(2_000)
    expect(failed).to.not.include(newcomer)
  })

  it('is not led astray by one that was tampered with or has run out', () => {
    const { world, ticketOf } = withoutTrackers()
    const forged = ticketOf(0).map((record) => {
      const bytes = record.bytes.slice()
      bytes[bytes.length - 1]! ^= 1
      return { ...record, bytes }
    })
    const newcomer = world.add('newcomer', { ticket: forged })
    world.run(10_000)
    expect(newcomer.played).to.deep.equal([])
    expect(notices([newcomer], 'no-tracker')).to.be.above(0)
    const old = ticketOf(1)
    world.run(3 * 3_600_000)
    const late = world.add('late', { ticket: old })
    const dialled: string[] = []
    world.onStep = (member, _input, outputs) => {
      for (const { type } of outputs) if (member === late && type === 'dial') dialled.push(type)
    }
    world.run(5_000)
    expect(dialled).to.deep.equal([])
  })
})
