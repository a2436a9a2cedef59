/** Private shows: who is let in, who is shown out, and what those outside can read. */

import { expect } from 'chai'
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Input, Output } from '../../src/protocol/machine.js'
import { PrivatePeer } from '../../src/protocol/private/private-peer.js'
import { publishing } from '../../src/protocol/media/publisher.js'
import type { PeerOptions } from '../../src/protocol/peer-options.js'
import { encodeToken, tokenMessage } from '../../src/protocol/wire/token.js'
import { decodeMessages } from '../../src/protocol/wire/message.js'
import { expectWhole } from './crowd.js'
import {
  BEGIN,
  broadcastId,
  type Keys,
  keysFromSeed,
  makeCertificate,
  type Member,
  showKeys,
  World
} from './world.js'

const LAST_FRAME = 999
const SHOW_MS = (LAST_FRAME + 1) * 20

/** What a platform's cryptography does; in virtual time, at once. */
function answer(output: Output): Input | undefined {
  switch (output.type) {
    case 'make-key':
      return { type: 'made-key', key: createHash('sha256').update(`${keyCount++}`).digest() }
    case 'encrypt': {
      const cipher = createCipheriv('aes-256-gcm', output.key, output.nonce).setAAD(output.head)
      const payload = Buffer.concat([cipher.update(output.payload), cipher.final(), cipher.getAuthTag()])
      return { type: 'encrypted', sequence: output.sequence, payload: new Uint8Array(payload) }
    }
    case 'decrypt': {
      const { id, payload } = output
      try {
        const decipher = createDecipheriv('aes-256-gcm', output.key, output.nonce).setAAD(output.head)
        decipher.setAuthTag(payload.subarray(payload.length - 16))
        const plain = Buffer.concat([
          decipher.update(payload.subarray(0, payload.length - 16)),
          decipher.final()
        ])
        return { type: 'decrypted', id, payload: new Uint8Array(plain) }
      } catch {
        return { type: 'decrypted', id, payload: undefined }
      }
    }
    default:
      return undefined
  }
}
let keyCount = 0

interface TokenChange {
  readonly peer?: Uint8Array
  readonly issued?: number
  readonly expires?: number
  readonly signer?: Keys
}

/** A token of the show key, or as the change says. */
function token(peer: Uint8Array, now: number, change: TokenChange = {}): Uint8Array {
  const second = Math.floor(now / 1000)
  const body = { peer, issued: second, expires: second + 600, ...change }
  const signature = (change.signer ?? showKeys).sign(tokenMessage(broadcastId, body))
  return encodeToken({ ...body, certificate: makeCertificate().bytes, signature })
}

class PrivateWorld extends World {
  constructor() {
    super()
    this.onStep = (member, _, outputs) => {
      for (const output of outputs) {
        const input = answer(output)
        if (input !== undefined) this.at(this.now, () => this.give(member, input))
      }
    }
  }

  enter(name: string, options: Partial<PeerOptions> = {}, change?: TokenChange): Member {
    return this.add(name, options, showKeys, (all) => {
      return new PrivatePeer({ ...all, token: token(all.self.id, this.now, change) })
    })
  }

  origin(): Member {
    const certificate = makeCertificate()
    return this.enter('origin', { role: 'origin', source: { certificate, publish: publishing(certificate) } })
  }
}

/** An origin, and members that have come one after the other. */
function gather(
  count: number,
  options: Partial<PeerOptions> = {}
): { world: PrivateWorld; origin: Member; members: Member[] } {
  const world = new PrivateWorld()
  const origin = world.origin()
  world.run(100)
  world.show(origin, SHOW_MS)
  const members: Member[] = []
  for (let i = 0; i < count; i++) {
    members.push(world.enter(`member${i}`, options))
    world.run(100)
  }
  return { world, origin, members }
}

describe('a private show', () => {
  it('is heard whole by whoever has a token, through others too, though packets are lost', () => {
    const { world, members } = gather(10)
    let count = 0
    world.loses = () => ++count % 10 === 0
    world.run(30_000)
    for (const member of members) {
      expectWhole(world, member, LAST_FRAME)
      expect(member.peer.stats()).to.include({ gaps: 0 })
    }
    expect(members.some((member) => member.peer.stats().sent > 0)).to.equal(true)
  })

  it('is not heard, or told of its peers, by whoever has none, and they are told why', () => {
    const { world, members } = gather(3)
    const stranger = world.add('stranger')
    world.run(30_000)
    expect(stranger.played).to.deep.equal([])
    expect(stranger.peer.stats().received).to.equal(0)
    const refusals = stranger.notices.filter((notice) => notice.event === 'refused')
    expect(refusals[0]).to.include({ reason: 'private' })
    for (const member of members) expectWhole(world, member, LAST_FRAME)
  })

  for (const [what, change] of [
    ['of somebody else', { peer: keysFromSeed(99).publicKey }],
    ['that nobody signed', { signer: keysFromSeed(98) }],
    ['of an hour ago', { issued: BEGIN / 1000 - 4_200, expires: BEGIN / 1000 - 3_600 }],
    ['of tomorrow', { issued: BEGIN / 1000 + 86_400, expires: BEGIN / 1000 + 87_000 }],
    ['that is good for an hour', { expires: BEGIN / 1000 + 3_600 }]
  ] as const) {
    it(`lets nobody in with a token ${what}`, () => {
      const { world, members } = gather(2)
      const stranger = world.enter('stranger', {}, change)
      world.run(30_000)
      expect(stranger.peer.stats().received).to.equal(0)
      for (const member of members) {
        expectWhole(world, member, LAST_FRAME)
        expect(member.notices.filter(({ event }) => event === 'banned')).to.deep.equal([])
      }
    })
  }

  it('shows its packets to nobody who reads the links', () => {
    const { world, members } = gather(2)
    const kinds = new Set<number>()
    let plain = 0
    world.onMessage = (_, __, message) => {
      if (message.type !== 'data') return
      kinds.add(message.packet[0]!)
      // The made-up frames are 36 equal bytes behind their number.
      for (let at = 40; at + 20 < message.packet.length; at++) {
        if (message.packet.subarray(at, at + 20).every((byte) => byte === message.packet[at])) plain++
      }
    }
    world.run(30_000)
    expect(plain).to.equal(0)
    expect([...kinds].sort()).to.deep.equal([0x80, 2].sort())
    for (const member of members) expectWhole(world, member, LAST_FRAME)
  })

  it('goes on without whom the origin shows out, who comes in no more and cannot read on', () => {
    const { world, origin, members } = gather(8)
    world.run(3_000)
    const [kicked, ...others] = members as [Member, ...Member[]]
    world.give(origin, { type: 'kick', peer: kicked.id })
    world.run(1_000)
    expect(others.some((other) => world.linked(kicked, other))).to.equal(false)
    const heard = world.frames(kicked).length
    world.run(30_000)
    expect(world.frames(kicked).length).to.be.at.most(heard + 60)
    expect(world.frames(kicked).at(-1)).to.be.below(LAST_FRAME)
    for (const other of others) expectWhole(world, other, LAST_FRAME)
  })

  it('goes on when its show key changes, for newcomers too', () => {
    const { world, origin, members } = gather(4)
    world.run(2_000)
    world.rotate(origin, makeCertificate(), 30)
    world.run(9_000)
    const late = world.enter('late')
    world.run(20_000)
    for (const member of [...members, late]) expectWhole(world, member, LAST_FRAME)
  })

  it('is kept as it was signed, with the key', () => {
    const world = new PrivateWorld()
    const records: Extract<Output, { type: 'record' }>[] = []
    const before = world.onStep!
    world.onStep = (member, input, outputs) => {
      before(member, input, outputs)
      if (member.name === 'keeper')
        for (const output of outputs) if (output.type === 'record') records.push(output)
    }
    const origin = world.origin()
    world.run(100)
    const keeper = world.enter('keeper', { recording: true })
    world.run(1_000)
    world.show(origin, SHOW_MS)
    world.run(30_000)
    expectWhole(world, keeper, LAST_FRAME)
    const audio = records.filter(({ packet }) => packet.kind === 0)
    expect(audio).to.have.length((LAST_FRAME + 1) / 5)
    expect(audio.every(({ groupKey }) => groupKey?.length === 32)).to.equal(true)
    expect(records.at(-1)!.packet.kind).to.equal(2)
  })

  it('says nothing to a stranger but that it is private', () => {
    const { world, members } = gather(1)
    const [member] = members as [Member]
    const said: string[] = []
    world.onMessage = (from, to, message) => {
      if (from === member && to.name === 'stranger') said.push(message.type)
    }
    world.add('stranger')
    world.run(5_000)
    expect(new Set(said)).to.deep.equal(new Set(['bye']))
    expect(decodeMessages(Uint8Array.of(0x18, 0, 0))).to.deep.equal([])
  })
})
