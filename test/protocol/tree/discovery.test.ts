import { expect } from 'chai'
import {
  MAX_ASK_TRACKER_MS,
  MAX_ASK_URGENTLY_MS,
  MAX_WORK_BITS,
  QUEUED_MS
} from '../../../src/protocol/limits.js'
import type { Output } from '../../../src/protocol/machine.js'
import { Random } from '../../../src/protocol/random.js'
import { Discovery } from '../../../src/protocol/tree/discovery.js'
import type { Challenge, Join, Welcome } from '../../../src/protocol/wire/message.js'

const LINK = 7
const WELCOME: Welcome = {
  type: 'welcome',
  live: true,
  peers: 3,
  waitMs: 0,
  candidates: []
} as unknown as Welcome
const JOIN = {
  type: 'join',
  minVersion: 1,
  maxVersion: 1,
  peerId: new Uint8Array(32),
  broadcast: { publisher: new Uint8Array(32), name: 'test' },
  role: 'listener',
  freeSlots: 1,
  wanted: 8,
  addresses: [],
  ways: 1
} as unknown as Join

describe('Discovery', () => {
  let discovery: Discovery
  let outputs: Output[]

  beforeEach(() => {
    outputs = []
    discovery = new Discovery({ trackers: ['ws://t'], everywhere: false }, new Random(1), (output) =>
      outputs.push(output)
    )
    discovery.tend(0)
    discovery.opened('ws://t', LINK, JOIN, 0)
    discovery.welcomed(LINK, WELCOME, 0)
  })

  /** Asks as often as it may until then. @returns the pauses in between */
  function pauses(urgent: boolean, until: number): number[] {
    const times: number[] = []
    for (let at = discovery.nextAsk(urgent); at <= until; at = discovery.nextAsk(urgent)) {
      outputs.length = 0
      discovery.ask(8, [], 1, urgent, at)
      expect(outputs).to.have.length(1)
      times.push(at)
    }
    return times.slice(1).map((at, i) => at - times[i]!)
  }

  it('asks more and more seldom while only spares are lacking', () => {
    const [first, ...more] = pauses(false, 120_000)
    expect(first).to.be.at.most(2_000)
    expect(Math.max(...more)).to.equal(MAX_ASK_TRACKER_MS)
  })

  it('goes on asking often while audio is lacking, and at once when it begins to lack', () => {
    pauses(false, 60_000)
    expect(discovery.nextAsk(true)).to.be.at.most(60_000 + MAX_ASK_URGENTLY_MS)
    expect(Math.max(...pauses(true, 120_000))).to.equal(MAX_ASK_URGENTLY_MS)
  })

  it('does not ask before the time that the tracker has told', () => {
    discovery.welcomed(LINK, { ...WELCOME, waitMs: 10_000 }, 1_000)
    expect(discovery.nextAsk(true)).to.equal(11_000)
    discovery.ask(8, [], 1, true, 10_999)
    expect(outputs.filter(({ type }) => type === 'send')).to.have.length(1)
  })

  describe('that a busy tracker lets wait', () => {
    const challenge = (bits: number): Challenge => ({
      type: 'challenge',
      seed: new Uint8Array(16),
      bits,
      waitMs: 10 * QUEUED_MS
    })
    const works = (): number => outputs.filter(({ type }) => type === 'work').length
    beforeEach(() => {
      discovery.closed(LINK, 1_000)
      discovery.tend(10_000)
      discovery.opened('ws://t', LINK, JOIN, 10_000)
      outputs.length = 0
    })

    it('works once, and waits for as long as it was told, within reason', () => {
      for (let n = 0; n < 3; n++) discovery.challenged(LINK, challenge(MAX_WORK_BITS), 10_000)
      expect(works()).to.equal(1)
      discovery.tend(10_000 + QUEUED_MS - 1)
      expect(discovery.nextDeadline()).to.equal(10_000 + QUEUED_MS)
      expect(outputs).to.have.length(1)
      expect(discovery.welcomed(LINK, WELCOME, 20_000)).to.equal(true)
      discovery.challenged(LINK, challenge(MAX_WORK_BITS), 20_000)
      expect(works()).to.equal(1)
    })

    it('does not work for who asks for more than any honest tracker, and gives it up in the end', () => {
      discovery.challenged(LINK, challenge(MAX_WORK_BITS + 1), 10_000)
      expect(works()).to.equal(0)
      discovery.tend(10_000 + QUEUED_MS)
      expect(outputs.map(({ type }) => type)).to.include('close')
    })
  })
})
