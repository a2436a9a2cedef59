import { expect } from 'chai'
import { MAX_ASK_TRACKER_MS, MAX_ASK_URGENTLY_MS } from '../../../src/protocol/limits.js'
import type { Output } from '../../../src/protocol/machine.js'
import { Random } from '../../../src/protocol/random.js'
import { Discovery } from '../../../src/protocol/tree/discovery.js'
import type { Join, Welcome } from '../../../src/protocol/wire/message.js'

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
})
