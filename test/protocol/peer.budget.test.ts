import { expect } from 'chai'
import {
  BACKFILL_BYTES_PER_SECOND,
  CONTROL_MESSAGES_PER_SECOND,
  MAX_LINK_CHECKS,
  PATH_INTERVAL_MS
} from '../../src/protocol/limits.js'
import { encodeMessage, type Message } from '../../src/protocol/wire/message.js'
import { busiest, expectWhole, gather, notices } from './crowd.js'
import type { Member } from './world.js'

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** What a member says is followed by so much more, in one breath. */
function adds(member: Member, more: (message: Message, bytes: Uint8Array) => readonly Uint8Array[]): void {
  member.tamper = (message, bytes) => joined([bytes, ...more(message, bytes)])
}

/** Where a packet has the low half of its sequence. */
const SEQUENCE_AT = 7

describe('A neighbour cannot make us work without limit', () => {
  it('by packets that are of no use: its link ends whenever it sends them, and nobody is banned', () => {
    const { world, listeners } = gather({ listeners: 8, showMs: 30_000, origin: { maxChildren: 2 } })
    world.run(2_000)
    const flooder = busiest(world, listeners)
    const others = listeners.filter((listener) => listener !== flooder)
    const told: string[] = []
    world.onMessage = (from, to, message) => {
      if (message.type === 'bye' && to === flooder) told.push(`${from.name}: ${message.reason}`)
    }
    adds(flooder, (message, bytes) => (message.type === 'data' ? Array<Uint8Array>(40).fill(bytes) : []))
    world.run(15_000)
    const children = others.filter((other) => world.parentsOf(other).includes(flooder))
    expect(children, 'nobody takes anything of it any more').to.deep.equal([])
    expect(new Set(told.filter((each) => each.endsWith('too-much'))).size).to.be.above(1)
    world.run(20_000)
    for (const listener of others) expectWhole(world, listener, 1_499)
    expect(notices(listeners, 'banned')).to.equal(0)
  })

  it('by forged packets, of which no more are checked at once than its share', () => {
    const { world, listeners } = gather({ listeners: 3, showMs: 20_000 })
    world.run(2_000)
    const [victim] = listeners
    const [link] = [...victim!.links].find(([, { ends }]) => ends.includes(listeners[1]!))!
    let last: Uint8Array | undefined
    world.onMessage = (_from, _to, message) => {
      if (message.type === 'data') last = message.packet
    }
    world.run(100)
    // All in one moment: no answer to a check comes before the last of them.
    const before = victim!.peer.sizes().checks
    for (let i = 1; i <= 3 * MAX_LINK_CHECKS; i++) {
      const forged = last!.slice()
      const view = new DataView(forged.buffer)
      view.setUint32(SEQUENCE_AT, view.getUint32(SEQUENCE_AT) + i)
      world.give(victim!, {
        type: 'received',
        link,
        bytes: encodeMessage({ type: 'data', hops: 1, packet: forged })
      })
    }
    expect(victim!.peer.sizes().checks - before).to.equal(MAX_LINK_CHECKS)
  })

  it('by asking for the past again and again: it gets its share and no more', () => {
    const { world, origin, listeners } = gather({ listeners: 1, showMs: 30_000 })
    const [greedy] = listeners
    const { epoch } = world.members[0]!.notices.find((notice) => notice.event === 'certified') as {
      epoch: number
    }
    const subscribe = (stripes: number): Uint8Array =>
      encodeMessage({ type: 'subscribe', epoch, stripes, sample: false, since: 0 })
    adds(greedy!, (message) =>
      message.type === 'status'
        ? Array.from({ length: 12 }, (_, i) => subscribe(i % 2 === 0 ? 0 : 0b1111))
        : []
    )
    const before = origin.peer.stats().bytesOut
    world.run(20_000)
    const nominal = 20 * 10 * 300
    expect(origin.peer.stats().bytesOut - before).to.be.within(
      nominal,
      nominal + 21 * BACKFILL_BYTES_PER_SECOND
    )
    expect(greedy!.peer.stats().duplicates, 'what it asked for twice it got twice').to.be.above(100)
  })

  it('by changing its path all the time: those below are told now and then, and blame nobody in between', () => {
    const { world, listeners } = gather({
      listeners: 14,
      showMs: 30_000,
      origin: { maxChildren: 1 },
      peer: { maxChildren: 1.5 }
    })
    world.run(3_000)
    const fidgets = listeners.slice(0, 2)
    let turn = 0
    for (const fidget of fidgets)
      adds(fidget, (message) =>
        message.type === 'data' && turn++ % 2 === 0
          ? [encodeMessage({ type: 'path', stripes: 0b1111, peers: [new Uint8Array(8).fill(turn & 0x7f)] })]
          : []
      )
    const told = new Map<string, number>()
    world.onMessage = (from, to, message) => {
      if (message.type !== 'path' || fidgets.includes(from)) return
      const link = `${from.name} ${to.name}`
      told.set(link, (told.get(link) ?? 0) + 1)
    }
    world.run(10_000)
    // Four stripes may have four paths, and are told of anew by each grant.
    const most = (4 * 10_000) / PATH_INTERVAL_MS + 20
    expect(Math.max(0, ...told.values())).to.be.within(10, most)
    expect(most).to.be.below(10 * CONTROL_MESSAGES_PER_SECOND)
    world.onMessage = undefined
    world.run(22_000)
    expect(notices(listeners, 'banned')).to.equal(0)
  })
})
