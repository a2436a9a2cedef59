/** Peers that get to know each other by their neighbours, and find each other again when no tracker is left. */

import { expect } from 'chai'
import { MAX_CANDIDATES } from '../../src/protocol/limits.js'
import type { Message, Peers } from '../../src/protocol/wire/message.js'
import { encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { equal, Reader } from '../../src/protocol/wire/cursor.js'
import { joinSignature } from '../../src/protocol/wire/packet.js'
import {
  encodeRecord,
  readSignedRecord,
  recordMessage,
  type SignedRecord
} from '../../src/protocol/wire/signed-record.js'
import { WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import { expectWhole, gather } from './crowd.js'
import { BEGIN, broadcastId, keysFromSeed, World } from './world.js'

/** A key under which anything is signed. */
const SMALL_ORDER = Uint8Array.of(1, ...new Uint8Array(31))

/** A record of a peer that nobody has met. */
function recordOf(
  n: number,
  change: { id?: Uint8Array; by?: number; issued?: number; addresses?: string[] } = {}
): SignedRecord {
  const {
    id = keysFromSeed(n).publicKey,
    by = n,
    issued = BEGIN / 1000,
    addresses = [`stranger${n}`]
  } = change
  const unsigned = encodeRecord({ id, addresses, issued, expires: issued + 3_600 })
  const signature = keysFromSeed(by).sign(recordMessage(broadcastId, unsigned))
  return readSignedRecord(new Reader(joinSignature(unsigned, signature)))
}

describe('Peers that tell each other of others', () => {
  it('know themselves, their neighbours and more, by what those have signed, and never the origin', () => {
    const said: Peers[] = []
    const { world, origin, listeners } = gather({
      listeners: 20,
      showMs: 150_000,
      prepare: (w) => {
        w.onMessage = (_from, _to, message) => {
          if (message.type === 'peers') said.push(message)
        }
      }
    })
    world.run(120_000)
    for (const { peer, name } of listeners) {
      const known = peer.ticket(world.now)
      expect(known.length, name).to.equal(8)
      expect(known.some(({ id }) => equal(id, origin.id))).to.equal(false)
    }
    expect(said.length).to.be.above(20)
    for (const { records } of said) {
      expect(records.length).to.be.at.most(8)
      expect(records.some(({ id }) => equal(id, origin.id))).to.equal(false)
    }
  })

  it('find each other again though no tracker is left and most of those whom they knew are gone', () => {
    const { world, listeners } = gather({ listeners: 30, showMs: 140_000 })
    world.run(70_000)
    world.stopTracker()
    // Two in three, a tenth of them at a time, until those whom the tracker named are gone.
    for (let i = 0; i < 20; i++) {
      world.kill(listeners[i]!)
      world.run(2_000)
    }
    world.run(60_000)
    for (const listener of listeners.slice(20)) expectWhole(world, listener, 6_999)
  })

  it('tell each neighbour no more than once a minute', () => {
    const times = new Map<string, number[]>()
    const { world } = gather({
      listeners: 8,
      showMs: 300_000,
      prepare: (w) => {
        w.onMessage = (from, to, message) => {
          if (message.type !== 'peers') return
          const key = `${from.name} ${to.name}`
          times.set(key, [...(times.get(key) ?? []), w.now])
        }
      }
    })
    world.run(290_000)
    for (const [key, at] of times) expect(at.length, key).to.be.at.most(2 + 290 / 60)
  })
})

/** A listener and a stranger whose words the test chooses. */
function stage(): { world: World; say: (message: Message) => void; listener: ReturnType<World['add']> } {
  const world = new World()
  const listener = world.add('listener')
  world.run(10)
  world.give(listener, {
    type: 'opened',
    link: 99,
    dialled: undefined,
    remoteId: keysFromSeed(500).publicKey
  })
  const say = (message: Message): void => {
    world.give(listener, { type: 'received', link: 99, bytes: encodeMessage(message) })
    world.run(1)
  }
  say({
    type: 'hello',
    minVersion: 1,
    maxVersion: 1,
    peerId: keysFromSeed(500).publicKey,
    broadcast: broadcastId,
    leaf: false,
    addresses: ['stranger500']
  })
  return { world, say, listener }
}

describe('A peer that is told of others', () => {
  it('believes what they have signed, and passes it on', () => {
    const { world, say, listener } = stage()
    say({ type: 'peers', records: [recordOf(600), recordOf(601)] })
    const names = listener.peer.ticket(world.now).flatMap(({ addresses }) => addresses)
    expect(names).to.have.members(['listener', 'stranger600', 'stranger601'])
  })

  it('bans who passes on what the owner did not sign', () => {
    for (const forged of [recordOf(600, { by: 601 }), recordOf(600, { id: SMALL_ORDER })]) {
      const { world, say, listener } = stage()
      say({ type: 'peers', records: [forged] })
      expect(listener.notices.map(({ event }) => event)).to.include('banned')
      expect(listener.peer.neighbours()).to.deep.equal([])
      expect(listener.peer.ticket(world.now)).to.have.length(1)
    }
  })

  it('forgets what is out of date, and blames nobody for it', () => {
    const { world, say, listener } = stage()
    const second = BEGIN / 1000
    say({
      type: 'peers',
      records: [recordOf(600, { issued: second - 7_200 }), recordOf(601, { issued: second + 7_200 })]
    })
    expect(listener.peer.ticket(world.now)).to.have.length(1)
    expect(listener.notices.map(({ event }) => event)).to.not.include('banned')
    say({ type: 'peers', records: [recordOf(602)] })
    expect(listener.peer.ticket(world.now)).to.have.length(2)
    world.now += 2 * 3_600_000
    expect(listener.peer.ticket(world.now).map(({ addresses }) => addresses[0])).to.not.include('stranger602')
  })

  it('holds the newer of two records, in whatever order they come', () => {
    for (const newerFirst of [true, false]) {
      const { world, say, listener } = stage()
      const newer = recordOf(600, { issued: BEGIN / 1000 + 60, addresses: ['moved'] })
      const both = newerFirst ? [newer, recordOf(600)] : [recordOf(600), newer]
      for (const record of both) say({ type: 'peers', records: [record] })
      expect(listener.peer.ticket(world.now).flatMap(({ addresses }) => addresses)).to.have.members([
        'listener',
        'moved'
      ])
    }
  })

  it('takes at most a quarter of all that it knows from one neighbour, and no flood of it', () => {
    const { world, say, listener } = stage()
    for (let i = 0; i < 40; i++) {
      say({ type: 'peers', records: Array.from({ length: 16 }, (_, n) => recordOf(600 + 16 * i + n)) })
      world.run(61_000)
      say({ type: 'status', freeSlots: 1, depth: 1 })
      if (listener.peer.neighbours().length === 0) break
    }
    expect(listener.peer.sizes().candidates).to.be.at.most(MAX_CANDIDATES / 4 + 1)
  })

  it('hands out no ticket of those to whom one must be introduced', () => {
    const { world, say, listener } = stage()
    say({ type: 'peers', records: [recordOf(600, { addresses: [WEBRTC_ADDRESS] }), recordOf(601)] })
    expect(listener.peer.ticket(world.now).flatMap(({ addresses }) => addresses)).to.have.members([
      'listener',
      'stranger601'
    ])
  })
})
