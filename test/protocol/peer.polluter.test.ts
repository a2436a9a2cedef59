import { expect } from 'chai'
import type { Message } from '../../src/protocol/wire/message.js'
import { encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { readPacket } from '../../src/protocol/wire/packet.js'
import { expectWhole, gather } from './crowd.js'
import { equal } from '../../src/protocol/index.js'
import { keysFromSeed, makeCertificate, type Member, type World } from './world.js'

type Tamper = (message: Message, bytes: Uint8Array) => Uint8Array

/** Every packet that anybody forwards or plays is one that the origin made. */
function watch(world: World): void {
  const made = new Map<number, Uint8Array>()
  world.onMessage = (from, _to, message) => {
    if (message.type !== 'data') return
    const { sequence } = readPacket(message.packet)
    if (from.name.startsWith('origin')) made.set(sequence, message.packet)
    else if (from.tamper === undefined) {
      expect(
        equal(made.get(sequence)!, message.packet),
        `${from.name} forwards what the origin made`
      ).to.equal(true)
    }
  }
}

function expectBanned(listeners: readonly Member[], polluters: readonly Member[]): void {
  const banned = listeners
    .filter((listener) => !polluters.includes(listener))
    .flatMap((listener) =>
      listener.notices.flatMap((notice) => (notice.event === 'banned' ? [notice.peer] : []))
    )
  expect(banned.length, 'bans').to.be.above(0)
  for (const id of banned)
    expect(
      polluters.some((polluter) => equal(polluter.id, id)),
      'only polluters are banned'
    ).to.equal(true)
}

function pollute(tamper: Tamper): void {
  const { world, listeners } = gather({ listeners: 20, showMs: 20_000, prepare: watch })
  const polluters = listeners.slice(2, 8)
  world.run(2_000)
  for (const polluter of polluters) polluter.tamper = tamper
  world.run(22_000)
  for (const listener of listeners) if (!polluters.includes(listener)) expectWhole(world, listener, 999)
  expectBanned(listeners, polluters)
}

describe('a polluter', () => {
  it('that flips a bit of a payload is banned, and nobody plays or forwards it', () => {
    pollute((message, bytes) => {
      if (message.type === 'data') bytes[30]! ^= 4
      return bytes
    })
  })

  it('that flips a bit of a signature is banned', () => {
    pollute((message, bytes) => {
      if (message.type === 'data') bytes[bytes.length - 5]! ^= 1
      return bytes
    })
  })

  it('that signs with a key of its own is banned', () => {
    const forger = keysFromSeed(99)
    pollute((message, bytes) => {
      if (message.type === 'data')
        bytes.set(forger.sign(bytes.subarray(4, bytes.length - 64)), bytes.length - 64)
      return bytes
    })
  })

  it('that makes up packets of the future is banned', () => {
    pollute((message, bytes) => {
      if (message.type === 'data') bytes[13]! ^= 0x40
      return bytes
    })
  })

  it("that offers a certificate of its own is banned, and its show is not taken for the publisher's", () => {
    const forger = keysFromSeed(99)
    const forged = makeCertificate({ epoch: 2 ** 32 - 1, showKey: forger.publicKey }, forger).bytes
    const { world, listeners } = gather({ listeners: 4, showMs: 20_000, prepare: watch })
    const polluters = listeners.slice(1, 3)
    for (const polluter of polluters) {
      polluter.tamper = (message, bytes) =>
        message.type === 'status' ? encodeMessage({ type: 'show', certificate: forged }) : bytes
    }
    for (let i = 0; i < 8; i++) {
      listeners.push(world.add(`newcomer${i}`))
      world.run(100)
    }
    world.run(22_000)
    for (const listener of listeners) if (!polluters.includes(listener)) expectWhole(world, listener, 999)
    expectBanned(listeners, polluters)
    expect(
      listeners.every(({ notices }) =>
        notices.every((notice) => notice.event !== 'certified' || notice.epoch < 2 ** 32 - 1)
      )
    ).to.equal(true)
  })

  it('that replays old packets is not believed to be alive', () => {
    const { world, listeners } = gather({ listeners: 12, showMs: 30_000, prepare: watch })
    const polluters = listeners.slice(2, 6)
    world.run(2_000)
    for (const polluter of polluters) {
      let first: Uint8Array | undefined
      polluter.tamper = (message, bytes) => {
        if (message.type !== 'data') return bytes
        first ??= bytes
        return first.slice()
      }
    }
    world.run(32_000)
    for (const listener of listeners) if (!polluters.includes(listener)) expectWhole(world, listener, 1_499)
    for (const { notices } of listeners)
      expect(notices.filter(({ event }) => event === 'banned')).to.deep.equal([])
  })

  it('that sends noise under numbers that are there already is not believed to be alive', () => {
    const { world, listeners } = gather({ listeners: 12, showMs: 30_000, prepare: watch })
    const polluters = listeners.slice(2, 6)
    world.run(2_000)
    for (const polluter of polluters) {
      polluter.tamper = (message, bytes) => {
        if (message.type !== 'data') return bytes
        // Ten packets back, in the same stripe's step of four: certainly here, certainly not this.
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        view.setUint32(11, Math.max(0, view.getUint32(11) - 12))
        return bytes
      }
    }
    world.run(32_000)
    for (const listener of listeners) if (!polluters.includes(listener)) expectWhole(world, listener, 1_499)
  })

  it('that claims to be somebody else is refused, and nobody holds it against the other', () => {
    const { world, listeners } = gather({ listeners: 6, showMs: 20_000 })
    const [victim] = listeners
    const impostor = world.add('impostor')
    impostor.tamper = (message, bytes) => {
      if (message.type === 'hello') bytes.set(victim!.id, 5)
      return bytes
    }
    world.run(22_000)
    for (const listener of listeners) expectWhole(world, listener, 999)
    expect(
      listeners.flatMap(({ notices }) => notices).filter(({ event }) => event === 'banned')
    ).to.deep.equal([])
    expect(world.frames(impostor)).to.deep.equal([])
  })
})
