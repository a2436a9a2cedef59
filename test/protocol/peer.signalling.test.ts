import { expect } from 'chai'
import type { Input, Output } from '../../src/protocol/machine.js'
import { Peer } from '../../src/protocol/peer.js'
import type { Message } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { ALL_WAYS, WAY, WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import { BEGIN, broadcastId, keysFromSeed } from './world.js'

const idOf = (n: number): Uint8Array => keysFromSeed(n).publicKey
const TRACKER = 100
const BODY = Uint8Array.of(1, 2, 3)

/** One peer, number 1, whose links a test holds in its hand. */
class Bench {
  now = BEGIN
  readonly peer = new Peer({
    self: { id: idOf(1), addresses: [WEBRTC_ADDRESS] },
    broadcast: broadcastId,
    trackers: ['ws://tracker'],
    role: 'listener',
    seed: 1
  })

  give(input: Input): Output[] {
    return this.peer.step(input, this.now)
  }

  hear(link: number, message: Message): Output[] {
    return this.give({ type: 'received', link, bytes: encodeMessage(message) })
  }

  /** Who has joined and named these candidates. */
  tracker(...candidates: number[]): this {
    this.give({ type: 'start' })
    this.give({ type: 'tracker-opened', tracker: 'ws://tracker', link: TRACKER })
    this.hear(TRACKER, {
      type: 'welcome',
      version: 1,
      live: true,
      peers: 3,
      waitMs: 0,
      candidates: candidates.map((n) => ({ id: idOf(n), addresses: [WEBRTC_ADDRESS] }))
    })
    return this
  }

  /** A neighbour with whom HELLO has been exchanged. Its link has its number. */
  neighbour(n: number): this {
    this.give({ type: 'opened', link: n, dialled: undefined, remoteId: idOf(n) })
    this.hear(n, {
      type: 'hello',
      minVersion: 1,
      maxVersion: 1,
      peerId: idOf(n),
      broadcast: broadcastId,
      leaf: false,
      addresses: []
    })
    return this
  }
}

/** What it sends of signals, and to its own transports. */
function signals(outputs: readonly Output[]): string[] {
  return outputs.flatMap((output) => {
    if (output.type === 'signal') return [`for us, of ${nameOf(output.from)}`]
    if (output.type === 'unreachable') return [`${nameOf(output.peer)} is unreachable`]
    if (output.type !== 'send') return []
    const message = decodeMessages(output.bytes)[0]!
    if (message.type === 'signal')
      return [`by ${output.link}: ${nameOf(message.from)} to ${nameOf(message.to)}`]
    return message.type === 'unreachable' ? [`by ${output.link}: cannot reach ${nameOf(message.peer)}`] : []
  })
}

function nameOf(id: Uint8Array): string {
  return String([1, 2, 3, 4, 5].find((n) => idOf(n).every((byte, i) => byte === id[i])))
}

const signal = (from: number, to: number): Message => ({
  type: 'signal',
  from: idOf(from),
  to: idOf(to),
  body: BODY
})

describe('Peer: signalling', () => {
  it('sends by whoever named the peer', () => {
    const bench = new Bench().tracker(3).neighbour(2)
    expect(signals(bench.give({ type: 'signal', to: idOf(3), body: BODY }))).to.deep.equal(['by 100: 1 to 3'])
    bench.hear(2, {
      type: 'grant',
      epoch: 0,
      stripes: 0,
      refused: 1,
      refusal: 'full',
      others: [{ id: idOf(4), addresses: [WEBRTC_ADDRESS] }]
    })
    expect(signals(bench.give({ type: 'signal', to: idOf(4), body: BODY }))).to.deep.equal(['by 2: 1 to 4'])
  })

  it('answers by the way by which it was called', () => {
    const bench = new Bench().tracker().neighbour(2)
    expect(signals(bench.hear(2, signal(5, 1)))).to.deep.equal(['for us, of 5'])
    expect(signals(bench.give({ type: 'signal', to: idOf(5), body: BODY }))).to.deep.equal(['by 2: 1 to 5'])
    bench.give({ type: 'closed', link: 2 })
    expect(signals(bench.give({ type: 'signal', to: idOf(5), body: BODY }))).to.deep.equal(['by 100: 1 to 5'])
  })

  it('says at once when nobody can bring it', () => {
    const bench = new Bench()
    bench.give({ type: 'start' })
    expect(signals(bench.give({ type: 'signal', to: idOf(3), body: BODY }))).to.deep.equal([
      '3 is unreachable'
    ])
    const joined = new Bench().tracker(3)
    expect(signals(joined.hear(TRACKER, { type: 'unreachable', peer: idOf(3) }))).to.deep.equal([
      '3 is unreachable'
    ])
  })

  it('introduces two neighbours to each other, and takes part in nothing else', () => {
    const bench = new Bench().tracker().neighbour(2).neighbour(3)
    expect(signals(bench.hear(2, signal(2, 3)))).to.deep.equal(['by 3: 2 to 3'])
    expect(signals(bench.hear(2, signal(2, 4))), 'not a neighbour').to.deep.equal(['by 2: cannot reach 4'])
    expect(signals(bench.hear(2, signal(4, 3))), 'not its own').to.deep.equal([])
    expect(signals(bench.hear(TRACKER, signal(2, 3))), 'a tracker need not ask us').to.deep.equal([])
  })

  it('passes on no flood, and punishes nobody for it', () => {
    const bench = new Bench().tracker().neighbour(2).neighbour(3)
    const passed = Array.from({ length: 1_000 }, () => signals(bench.hear(2, signal(2, 3))).length)
    expect(passed.reduce((sum, n) => sum + n)).to.equal(100)
    expect(bench.peer.neighbours().map(({ link }) => link)).to.deep.equal([2, 3])
  })

  it('does not listen to the banned', () => {
    const bench = new Bench().tracker().neighbour(2)
    bench.give({ type: 'received', link: 2, bytes: Uint8Array.of(0x06, 0, 1, 0) })
    expect(signals(bench.hear(TRACKER, signal(2, 1)))).to.deep.equal([])
  })

  it('dials only by ways that it has, and says when they have changed', () => {
    const bench = new Bench().tracker(3)
    expect(bench.give({ type: 'ways', ways: ALL_WAYS & ~WAY.webrtc }).map(({ type }) => type)).to.not.include(
      'dial'
    )
    bench.now += 30_000
    const asked = bench.give({ type: 'tick' }).flatMap((output) => {
      return output.type === 'send' && output.link === TRACKER ? decodeMessages(output.bytes) : []
    })
    expect(asked.find(({ type }) => type === 'ask')).to.include({ ways: ALL_WAYS & ~WAY.webrtc })
    expect(
      asked.find(({ type }) => type === 'lease'),
      'nobody can come'
    ).to.include({ freeSlots: 0 })
  })
})
