import { expect } from 'chai'
import {
  LEASE_MS,
  MAX_QUEUED,
  MAX_STRANGERS,
  MIN_WORK_BITS,
  NETWORK_MESSAGES_BURST,
  QUEUED_MS,
  STANDING_AFTER_MS,
  STANDING_MS
} from '../../../src/protocol/limits.js'
import {
  LOAD,
  type TrackerMachineOptions,
  type TrackerOutput
} from '../../../src/protocol/tracker/machine.js'
import { Tracker } from '../../../src/protocol/tracker.js'
import type { Message } from '../../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../../src/protocol/wire/tracker-side.js'
import { ALL_WAYS } from '../../../src/protocol/wire/ways.js'
import { broadcastId } from '../world.js'

const idOf = (n: number): Uint8Array => {
  const id = new Uint8Array(32).fill(1)
  new DataView(id.buffer).setUint32(0, n)
  return id
}
const joinOf = (n: number): Message => ({
  type: 'join',
  minVersion: 1,
  maxVersion: 1,
  peerId: idOf(n),
  broadcast: broadcastId,
  role: 'listener',
  freeSlots: 4,
  wanted: 0,
  addresses: [],
  ways: ALL_WAYS
})

/** A tracker, and for each output in a word who gets what. */
function bench(options: Partial<TrackerMachineOptions> = {}) {
  const tracker = new Tracker({ seed: 1, joinsPerSecond: 10, joinBurst: 4, ...options })
  const asked = new Map<number, Extract<Message, { type: 'challenge' }>>()
  const words = (outputs: readonly TrackerOutput[]): string[] =>
    outputs.map((output) => {
      if (output.type !== 'send') return `${output.link} ${output.type}`
      const message = decodeMessages(output.bytes)[0]!
      if (message.type === 'challenge') asked.set(output.link, message)
      return `${output.link} ${message.type}`
    })
  const open = (link: number, now: number, network?: string): string[] =>
    words(tracker.step({ type: 'opened', link, network }, now))
  const say = (link: number, message: Message, now: number): string[] =>
    words(tracker.step({ type: 'received', link, bytes: encodeMessage(message) }, now))
  const come = (n: number, now: number, network?: string): string[] => [
    ...open(n, now, network),
    ...say(n, joinOf(n), now)
  ]
  const tick = (now: number): string[] => words(tracker.step({ type: 'tick' }, now))
  /** The digest of what it worked on has so many zero bits. */
  const work = (link: number, bits: number, now: number): string[] => {
    const said = say(link, { type: 'work', nonce: new Uint8Array(8) }, now)
    const digest = new Uint8Array(32)
    digest[bits >> 3] = 0x80 >> (bits & 7)
    return [...said, ...words(tracker.step({ type: 'digested', link, digest }, now))]
  }
  const load = (load: number, now: number): void =>
    void tracker.step({ type: 'load', load, salt: new Uint8Array(8).fill(load + 1) }, now)
  return { tracker, asked, open, say, come, tick, work, load }
}

describe('a tracker to which more come than it can serve', () => {
  it('serves as many as it may, and asks the others to work and to wait', () => {
    const { tracker, asked, come, tick } = bench()
    expect(come(1, 0)).to.deep.equal(['1 joined', '1 welcome'])
    come(11, 0)
    come(12, 0)
    come(2, 0)
    expect(come(3, 0)).to.deep.equal(['3 challenge'])
    expect(asked.get(3)).to.include({ bits: MIN_WORK_BITS, waitMs: QUEUED_MS })
    expect(tracker.stats()).to.deep.include({ joins: 4, queued: 1 })
    expect(tracker.nextDeadline()).to.equal(100)
    expect(tick(100)).to.deep.equal(['3 joined', '3 welcome'])
    expect(tracker.stats()).to.include({ joins: 5, queued: 0 })
  })

  it('serves first who works most, and among equals who came first', () => {
    const { come, tick, work } = bench()
    for (const n of [11, 12, 1, 2, 3, 4, 5, 6]) come(n, 0)
    expect(work(6, 12, 0)).to.deep.equal(['6 digest'])
    work(5, 15, 0)
    work(4, 12, 0)
    const served = [100, 200, 300, 400].flatMap(tick).filter((word) => word.endsWith('joined'))
    expect(served).to.deep.equal(['5 joined', '6 joined', '4 joined', '3 joined'])
  })

  it('seeds each newcomer anew', () => {
    const { asked, come, load } = bench()
    for (const n of [11, 12, 1, 2, 3, 4]) come(n, 0)
    load(LOAD.calm, 1)
    come(5, 1)
    const seeds = [3, 4, 5].map((n) => Buffer.from(asked.get(n)!.seed).toString('hex'))
    expect(new Set(seeds).size).to.equal(3)
    expect(seeds[0]!.slice(0, 16), 'by the salt as well').not.to.equal(seeds[2]!.slice(0, 16))
  })

  it('asks for more work as more work, and for none of it where none does', () => {
    const { tracker, come, tick, work } = bench()
    for (let n = 1; n <= 60; n++) come(n, 0)
    for (let now = 100; now <= 2_000; now += 100) tick(now)
    expect(tracker.stats().workBits).to.equal(MIN_WORK_BITS)
    for (let n = 30; n <= 60; n++) work(n, 20, 2_000)
    tick(3_100)
    expect(tracker.stats().workBits).to.equal(MIN_WORK_BITS + 1)
  })

  it('takes no second JOIN of one who waits, and no work of one who does not', () => {
    const { come, say } = bench()
    for (const n of [11, 12, 1, 2, 3]) come(n, 0)
    expect(say(3, joinOf(3), 0)).to.deep.equal(['3 refused', '3 close'])
    expect(say(1, { type: 'work', nonce: new Uint8Array(8) }, 0)).to.deep.equal([])
  })

  it('tells who has waited for too long, and who came when too many wait and worked least', () => {
    const { come, tick, work } = bench({ joinsPerSecond: 0.001 })
    for (const n of [11, 12, 1, 2, 3, 4]) come(n, 0)
    expect(tick(QUEUED_MS - 1)).to.deep.equal([])
    expect(tick(QUEUED_MS)).to.deep.equal(['3 refused', '3 close', '4 refused', '4 close'])
    const from = 100
    for (let n = from; n < from + MAX_QUEUED; n++) come(n, QUEUED_MS)
    work(from, 12, QUEUED_MS)
    expect(come(99, QUEUED_MS)).to.deep.equal(['99 challenge', `${from + 1} refused`, `${from + 1} close`])
  })

  it('lets go of the oldest of too many who say nothing', () => {
    const { come, open } = bench()
    for (let n = 1; n <= MAX_STRANGERS; n++) open(n, n)
    expect(open(MAX_STRANGERS + 1, 2_000)).to.deep.equal(['1 refused', '1 close'])
    expect(come(MAX_STRANGERS + 2, 2_000), 'and serves who speaks at once').to.deep.equal([
      '2 refused',
      '2 close',
      `${MAX_STRANGERS + 2} joined`,
      `${MAX_STRANGERS + 2} welcome`
    ])
  })

  it('reads no more of one network than a campus would say', () => {
    const { tracker, come, say } = bench({ joinsPerSecond: Infinity, joinBurst: Infinity })
    const members = NETWORK_MESSAGES_BURST / 10
    for (let n = 0; n < members; n++) come(n, 0, 'campus')
    come(members, 0, 'home')
    const lease: Message = { type: 'lease', freeSlots: 1, depth: 3 }
    for (let round = 0; round < 9; round++) for (let n = 0; n < members; n++) say(n, lease, 0)
    expect(tracker.stats().shed.messages).to.equal(0)
    expect(say(0, lease, 0)).to.deep.equal([])
    expect(say(members, lease, 0)).to.deep.equal([`${members} welcome`])
    expect(tracker.stats().shed.messages).to.equal(1)
  })

  describe('whose processor is late', () => {
    /** One who has been here for long enough, and went. */
    const withAVeteran = () => {
      const all = bench({ joinsPerSecond: 10, joinBurst: 4 })
      all.come(1, 0, 'home')
      for (let now = 0; now <= STANDING_AFTER_MS; now += LEASE_MS / 3)
        all.say(1, { type: 'lease', freeSlots: 4, depth: 1 }, now)
      return all
    }
    const later = STANDING_AFTER_MS + 1

    it('serves newcomers four times as slowly, and at once who comes back from where it was', () => {
      const { tracker, come, load, tick } = withAVeteran()
      tracker.step({ type: 'closed', link: 1 }, later)
      load(LOAD.joins, later)
      // What there is at once is one.
      expect(come(11, later)).to.deep.equal(['11 joined', '11 welcome'])
      for (let n = 2; n <= 4; n++) come(n, later)
      expect(tick(later + 300)).to.deep.equal([])
      expect(tick(later + 400)).to.deep.equal(['2 joined', '2 welcome'])
      tracker.step({ type: 'opened', link: 9, network: 'home' }, later)
      const again = tracker.step({ type: 'received', link: 9, bytes: encodeMessage(joinOf(1)) }, later)
      expect(again[0]).to.deep.equal({ type: 'joined', link: 9 })
    })

    it('does not take another for it, who only has its id, nor after an hour', () => {
      const { tracker, come, load } = withAVeteran()
      tracker.step({ type: 'closed', link: 1 }, later)
      const isServed = (link: number, network: string, now: number): boolean => {
        load(LOAD.joins, now)
        tracker.step({ type: 'opened', link, network }, now)
        const outputs = tracker.step({ type: 'received', link, bytes: encodeMessage(joinOf(1)) }, now)
        return outputs.some(({ type }) => type === 'joined')
      }
      load(LOAD.joins, later)
      come(11, later)
      expect(isServed(20, 'elsewhere', later)).to.equal(false)
      expect(isServed(21, 'home', later)).to.equal(true)
      expect(isServed(22, 'home', later + STANDING_MS + LEASE_MS)).to.equal(false)
    })

    it('brings signals of those who have been here for a while, before those of newcomers', () => {
      const { tracker, come, load, say } = withAVeteran()
      come(2, later - 1, 'away')
      const signal = (from: number, to: number): Message => ({
        type: 'signal',
        from: idOf(from),
        to: idOf(to),
        body: new Uint8Array(10)
      })
      load(LOAD.joins, later)
      expect(say(2, signal(2, 1), later)).to.deep.equal(['1 signal'])
      load(LOAD.signals, later)
      expect(say(2, signal(2, 1), later)).to.deep.equal(['2 unreachable'])
      expect(say(1, signal(1, 2), later)).to.deep.equal(['2 signal'])
      expect(tracker.stats().shed.signals).to.equal(1)
    })

    it('lets even those wait who come back, in the end, and before all others', () => {
      const { tracker, come, load, tick, work } = withAVeteran()
      tracker.step({ type: 'closed', link: 1 }, later)
      load(LOAD.returns, later)
      come(11, later)
      come(2, later)
      work(2, 30, later)
      tracker.step({ type: 'opened', link: 9, network: 'home' }, later)
      tracker.step({ type: 'received', link: 9, bytes: encodeMessage(joinOf(1)) }, later)
      expect(tracker.stats().queued).to.equal(2)
      expect(tick(later + 500)[0]).to.equal('9 joined')
    })
  })
})
