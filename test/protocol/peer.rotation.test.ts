import { expect } from 'chai'
import { type Handover, handoverMessage } from '../../src/protocol/wire/handover.js'
import { encodeMessage } from '../../src/protocol/wire/message.js'
import { expectWhole, gather } from './crowd.js'
import { BEGIN, keysFromSeed, makeCertificate, type Member } from './world.js'

const LAST_FRAME = 1_499
const SHOW_MS = (LAST_FRAME + 1) * 20
const NEXT = keysFromSeed(900)

function happened(member: Member, event: string): number {
  return member.notices.filter((notice) => notice.event === event).length
}

describe('a show key that takes over', () => {
  it('costs nobody a packet or a link, though every tenth packet is lost', () => {
    const { world, origin, listeners } = gather({ listeners: 12, showMs: SHOW_MS })
    let count = 0
    world.loses = () => ++count % 10 === 0
    world.run(3_000)
    const next = world.rotate(origin, makeCertificate(), 64)
    world.run(8_000)
    world.rotate(origin, next, 64, keysFromSeed(901))
    world.run(40_000)
    for (const listener of listeners) {
      expectWhole(world, listener, LAST_FRAME)
      expect(happened(listener, 'certified'), listener.name).to.equal(1)
      expect(happened(listener, 'succeeded'), listener.name).to.equal(2)
      expect(happened(listener, 'banned'), listener.name).to.equal(0)
    }
  })

  it('is known to whoever comes while it is announced, and long after that', () => {
    const { world, origin } = gather({ listeners: 3, showMs: SHOW_MS })
    world.run(2_000)
    world.rotate(origin, makeCertificate(), 50)
    world.run(1_000)
    const early = world.add('early')
    world.run(5_000)
    const between = world.add('between')
    world.run(12_000)
    const late = world.add('late')
    world.run(20_000)
    for (const listener of [early, between, late]) expectWhole(world, listener, LAST_FRAME)
    expect(early.peer.stats().rejected + between.peer.stats().rejected).to.equal(0)
    // It can check the past of the show too.
    expect([happened(late, 'certified'), happened(late, 'succeeded')]).to.deep.equal([1, 1])
  })

  it('does not sign what was before it, nor the one before what is behind', () => {
    const { world, origin, listeners } = gather({ listeners: 1, showMs: SHOW_MS })
    world.run(2_000)
    world.rotate(origin, makeCertificate(), 10)
    const kept: Uint8Array[] = []
    world.onMessage = (from, _, message) => {
      if (from === origin && message.type === 'data') kept.push(message.packet.slice())
    }
    world.run(3_000)
    // The same packets under the other's epoch.
    const { rejected } = listeners[0]!.peer.stats()
    const swapped = kept.slice(-5).map((packet) => {
      new DataView(packet.buffer).setUint32(1, BEGIN / 1000)
      new DataView(packet.buffer).setUint32(7, new DataView(packet.buffer).getUint32(7) + 40)
      return packet
    })
    const toOrigin = [...listeners[0]!.links].find(([, { ends }]) => ends.includes(origin))![0]
    for (const packet of swapped) {
      const bytes = encodeMessage({ type: 'data', hops: 1, packet })
      world.give(listeners[0]!, { type: 'received', link: toOrigin, bytes })
    }
    expect(listeners[0]!.peer.stats().rejected - rejected).to.equal(5)
    world.run(30_000)
    expectWhole(world, listeners[0]!, LAST_FRAME)
  })

  for (const [what, change] of [
    ['leaves its handover out', () => undefined],
    ['moves its handover', (handover: Handover) => ({ ...handover, first: handover.first + 9 })],
    ['puts it behind another epoch', (handover: Handover) => ({ ...handover, previous: BEGIN / 1000 - 1 })]
  ] as const) {
    it(`bans a neighbour that ${what}, and goes on`, () => {
      const { world, origin, listeners } = gather({ listeners: 6, showMs: SHOW_MS })
      world.run(2_000)
      const [liar, victim] = listeners as [Member, Member]
      const link = [...victim.links].find(([, { ends }]) => ends.includes(liar))![0]
      const certificate = makeCertificate({
        epoch: BEGIN / 1000 + 1,
        showKey: NEXT.publicKey,
        continues: true
      })
      const body = { previous: BEGIN / 1000, first: 400 }
      const handover = { ...body, signature: NEXT.sign(handoverMessage(certificate, body)) }
      const bytes = encodeMessage({
        type: 'show',
        certificate: certificate.bytes,
        handover: change(handover)
      })
      world.give(victim, { type: 'received', link, bytes })
      world.run(1_000)
      expect(victim.notices.filter(({ event }) => event === 'banned')).to.have.length(1)
      world.rotate(origin, makeCertificate(), 50, NEXT)
      world.run(40_000)
      for (const listener of listeners) {
        expectWhole(world, listener, LAST_FRAME)
        expect(happened(listener, 'certified'), listener.name).to.equal(1)
      }
    })
  }
})
