import { expect } from 'chai'
import {
  FOREIGN_MS,
  HELLO_TIMEOUT_MS,
  LEASE_MS,
  SIGNALS_BURST,
  TRACKER_MESSAGES_BURST,
  WAIT_MS
} from '../../src/protocol/limits.js'
import { Tracker, type TrackerOutput } from '../../src/protocol/tracker.js'
import type { Join, Message, Welcome } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { broadcastKey } from '../../src/protocol/wire/broadcast.js'
import { shortId } from '../../src/protocol/wire/record.js'
import { ALL_WAYS, WAY, WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import { broadcastId } from './world.js'

const idOf = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const join = (n: number, change: Partial<Join> = {}): Message => ({
  type: 'join',
  minVersion: 1,
  maxVersion: 1,
  peerId: idOf(n),
  broadcast: broadcastId,
  role: 'listener',
  freeSlots: 4,
  wanted: 8,
  addresses: [`address ${n}`],
  ways: ALL_WAYS,
  ...change
})
const origin = (n: number): Message => join(n, { role: 'origin', wanted: 0, freeSlots: 16 })

function bench() {
  const tracker = new Tracker({ seed: 1 })
  const opened = new Set<number>()
  const give = (link: number, message: Message, now = 0): TrackerOutput[] => {
    if (!opened.has(link)) tracker.step({ type: 'opened', link }, now)
    opened.add(link)
    return tracker.step({ type: 'received', link, bytes: encodeMessage(message) }, now)
  }
  return { tracker, give }
}

const welcomes = (outputs: readonly TrackerOutput[]): { link: number; welcome: Welcome }[] =>
  outputs.flatMap((output) => {
    const message = output.type === 'send' ? decodeMessages(output.bytes)[0] : undefined
    return message?.type === 'welcome' ? [{ link: output.link, welcome: message }] : []
  })

describe('Tracker', () => {
  it('answers a join at once, with who can be dialled and has room', () => {
    const { give } = bench()
    give(1, origin(1))
    give(2, join(2, { freeSlots: 0 }))
    give(3, join(3, { addresses: [] }))
    const [answer] = welcomes(give(4, join(4)))
    expect(answer!.link).to.equal(4)
    expect(answer!.welcome.live).to.equal(true)
    expect(answer!.welcome.peers).to.equal(4)
    expect(answer!.welcome.candidates.map(({ id }) => id[0])).to.deep.equal([1])
  })

  it('lets newcomers wait for slots, and tells as many as there is room for, first come first', () => {
    const { tracker, give } = bench()
    for (let n = 2; n < 12; n++) {
      const [answer] = welcomes(give(n, join(n, { freeSlots: 0 })))
      expect(answer!.welcome.waitMs).to.equal(WAIT_MS)
    }
    expect(tracker.stats().waiting).to.equal(10)
    const told = welcomes(give(1, join(1, { role: 'origin', wanted: 0, freeSlots: 3 }))).filter(
      ({ link }) => link !== 1
    )
    expect(told.map(({ link }) => link)).to.deep.equal([2, 3, 4])
    for (const { welcome } of told) expect(welcome.candidates.map(({ id }) => id[0])).to.deep.equal([1])
    expect(tracker.stats().waiting).to.equal(7)
  })

  it('names those near the origin rather than others, and still not the same to all', () => {
    const { give } = bench()
    give(1, origin(1))
    give(1, { type: 'lease', freeSlots: 0, depth: 0 })
    for (let depth = 1; depth <= 40; depth++) {
      give(1 + depth, join(1 + depth))
      give(1 + depth, { type: 'lease', freeSlots: 4, depth })
    }
    const named = Array.from({ length: 20 }, (_, n) =>
      welcomes(give(100 + n, join(100 + n, { freeSlots: 0 })))
    )
      .flatMap(([answer]) => answer!.welcome.candidates)
      .map(({ id }) => id[0]! - 1)
    expect(named).to.have.length(160)
    // By lot alone the mean is 20, half of the places go by it, and eight are all that there are near the origin.
    expect(named.reduce((sum, depth) => sum + depth, 0) / named.length).to.be.below(15)
    expect(new Set(named).size).to.be.above(12)
  })

  it('does not let those wait who are fed and only want a spare', () => {
    const { tracker, give } = bench()
    give(1, origin(1))
    give(2, join(2))
    give(2, { type: 'lease', freeSlots: 4, depth: 1 })
    const [answer] = welcomes(give(2, { type: 'ask', wanted: 8, except: [shortId(idOf(1))], ways: ALL_WAYS }))
    expect(answer!.welcome).to.include({ waitMs: 0 })
    expect(tracker.stats().waiting).to.equal(0)
  })

  it('forgets who does not renew its lease', () => {
    const { tracker, give } = bench()
    give(1, origin(1), 0)
    give(2, join(2), 10)
    give(1, { type: 'lease', freeSlots: 16, depth: 0 }, 1_000)
    expect(tracker.nextDeadline()).to.equal(10 + LEASE_MS)
    expect(tracker.step({ type: 'tick' }, 10 + LEASE_MS)).to.deep.equal([{ type: 'close', link: 2 }])
    expect(tracker.nextDeadline()).to.equal(1_000 + LEASE_MS)
    expect(tracker.stats().peers).to.equal(1)
  })

  it('keeps broadcasts apart, and forgets the empty ones', () => {
    const { tracker, give } = bench()
    give(1, origin(1))
    const [answer] = welcomes(give(2, join(2, { broadcast: { ...broadcastId, name: 'other' } })))
    expect(answer!.welcome).to.include({ live: false, peers: 1 })
    expect(tracker.stats().broadcasts).to.equal(2)
    tracker.step({ type: 'closed', link: 2 }, 0)
    tracker.step({ type: 'closed', link: 1 }, 0)
    expect(tracker.stats()).to.include({ broadcasts: 0, peers: 0, freeSlots: 0 })
    expect(tracker.nextDeadline()).to.equal(Infinity)
  })

  it('lets nobody throw out a member by claiming its id, and names the id once', () => {
    const { tracker, give } = bench()
    give(1, join(5, { role: 'origin' }))
    expect(give(2, join(5, { role: 'origin' })).some((output) => output.type === 'close')).to.equal(false)
    expect(tracker.stats(), 'and is counted once').to.include({ joins: 2, peers: 1, origins: 1 })
    const [answer] = welcomes(give(3, join(6)))
    expect(answer!.welcome.candidates).to.have.length(1)
  })

  it('closes who never joins, and who talks too much', () => {
    const { tracker, give } = bench()
    tracker.step({ type: 'opened', link: 1 }, 0)
    tracker.step({ type: 'received', link: 1, bytes: Uint8Array.of(0x7f, 0, 0) }, 10)
    expect(tracker.nextDeadline()).to.equal(HELLO_TIMEOUT_MS)
    const closed = tracker.step({ type: 'tick' }, HELLO_TIMEOUT_MS)
    expect(closed.map(({ type, link }) => `${type} ${link}`)).to.deep.equal(['send 1', 'close 1'])
    expect(tracker.nextDeadline()).to.equal(Infinity)

    give(2, join(5))
    const lease: Message = { type: 'lease', freeSlots: 1, depth: 1 }
    for (let i = 1; i < TRACKER_MESSAGES_BURST; i++)
      expect(give(2, lease).map(({ type }) => type)).to.deep.equal(['send'])
    expect(give(2, lease).map(({ type }) => type)).to.deep.equal(['send', 'close'])
    expect(tracker.stats()).to.include({ peers: 0, refused: 2 })
  })

  it('refuses what it does not understand, with a reason, and closes', () => {
    const wrong: Message[] = [
      join(1, { minVersion: 2, maxVersion: 3 }),
      { type: 'lease', freeSlots: 0, depth: 0 },
      { type: 'ask', wanted: 1, except: [], ways: ALL_WAYS },
      { type: 'want', sequences: [1] }
    ]
    for (const message of wrong) {
      const { tracker, give } = bench()
      const outputs = give(1, message)
      expect(outputs.map(({ type }) => type)).to.deep.equal(['send', 'close'])
      const [output] = outputs
      expect(output!.type === 'send' ? decodeMessages(output!.bytes)[0]!.type : '').to.equal('refused')
      expect(tracker.stats()).to.include({ refused: 1, peers: 0 })
    }
    const { tracker } = bench()
    tracker.step({ type: 'opened', link: 1 }, 0)
    expect(
      tracker.step({ type: 'received', link: 1, bytes: Uint8Array.of(1, 2) }, 0).map(({ type }) => type)
    ).to.deep.equal(['send', 'close'])
  })

  describe('signals', () => {
    const signal = (from: number, to: number): Message => ({
      type: 'signal',
      from: idOf(from),
      to: idOf(to),
      body: Uint8Array.of(1, 2, 3)
    })
    const heard = (outputs: readonly TrackerOutput[]): string[] =>
      outputs.map((output) =>
        output.type === 'send'
          ? `${output.link} ${decodeMessages(output.bytes)[0]!.type}`
          : `${output.link} end`
      )

    it('are brought to the member that they are for, and to nobody else', () => {
      const { give } = bench()
      give(1, origin(1))
      give(2, join(2))
      give(3, join(3))
      expect(heard(give(2, signal(2, 3)))).to.deep.equal(['3 signal'])
    })

    it('to somebody who is not here are answered', () => {
      const { tracker, give } = bench()
      give(2, join(2))
      give(3, join(3, { broadcast: { ...broadcastId, name: 'another' } }))
      expect(heard(give(2, signal(2, 3)))).to.deep.equal(['2 unreachable'])
      give(4, join(4))
      tracker.step({ type: 'closed', link: 4 }, 0)
      expect(heard(give(2, signal(2, 4)))).to.deep.equal(['2 unreachable'])
    })

    it('in the name of another, or before a JOIN, end the connection', () => {
      const { give } = bench()
      give(2, join(2))
      give(3, join(3))
      expect(heard(give(2, signal(3, 2)))).to.deep.equal(['2 refused', '2 end'])
      expect(heard(give(4, signal(4, 3)))).to.deep.equal(['4 refused', '4 end'])
    })

    it('reach the first and the last of several who claim one id: none can cut another off', () => {
      const { give } = bench()
      for (const link of [10, 11, 12]) give(link, join(7))
      give(2, join(2))
      expect(heard(give(2, signal(2, 7)))).to.deep.equal(['10 signal', '12 signal'])
    })

    it('have a rate of their own', () => {
      const { give } = bench()
      give(2, join(2))
      give(3, join(3))
      for (let i = 0; i < SIGNALS_BURST; i++) expect(heard(give(2, signal(2, 3)))).to.deep.equal(['3 signal'])
      expect(heard(give(2, signal(2, 3)))).to.deep.equal(['2 refused', '2 end'])
    })
  })

  describe('that shares', () => {
    const key = broadcastKey(broadcastId)
    const sharing = () => {
      const tracker = new Tracker({ seed: 1, shares: true })
      const give = (link: number, message: Message): TrackerOutput[] => {
        tracker.step({ type: 'opened', link }, 0)
        return tracker.step({ type: 'received', link, bytes: encodeMessage(message) }, 0)
      }
      const told = () =>
        tracker
          .takeShared()
          .map((share) =>
            share.type === 'carry'
              ? `carry to ${share.to[0]}`
              : `${share.id[0]} ${share.member === undefined ? 'gone' : share.member.freeSlots}`
          )
      return { tracker, give, told }
    }
    const foreign = (n: number, depth = 1) => ({
      record: { id: idOf(n), addresses: [`address ${n}`] },
      role: 'listener' as const,
      freeSlots: 2,
      depth
    })
    const elsewhere = (...members: ReturnType<typeof foreign>[]) => ({
      type: 'elsewhere' as const,
      broadcast: key,
      elsewhere: { peers: 20, listeners: 10, live: true, members }
    })

    it('says who came, changed and went, and nothing where nothing changed', () => {
      const { tracker, give, told } = sharing()
      give(1, join(1))
      expect(told()).to.deep.equal(['1 4'])
      const lease = (freeSlots: number) =>
        tracker.step(
          { type: 'received', link: 1, bytes: encodeMessage({ type: 'lease', freeSlots, depth: 1 }) },
          1
        )
      lease(3)
      lease(3)
      expect(told()).to.deep.equal(['1 3'])
      tracker.step({ type: 'closed', link: 1 }, 2)
      expect(told()).to.deep.equal(['1 gone'])
    })

    it('does not say that somebody went whose other connection is here', () => {
      const { tracker, give, told } = sharing()
      give(1, join(1))
      give(2, join(1, { freeSlots: 9 }))
      told()
      tracker.step({ type: 'closed', link: 1 }, 0)
      expect(told()).to.deep.equal(['1 9'])
    })

    it('names members of others to those who wait, at once, and counts all', () => {
      const { tracker, give } = sharing()
      give(2, join(2, { freeSlots: 0 }))
      const [told] = welcomes(tracker.step(elsewhere(foreign(7), foreign(2)), 0))
      expect(told!.link).to.equal(2)
      expect(told!.welcome).to.include({ peers: 20, live: true, waitMs: 0 })
      expect(told!.welcome.candidates.map(({ id }) => id[0])).to.deep.equal([7])
    })

    it('forgets who has not been heard of, as long as it hears anything', () => {
      const { tracker, give } = sharing()
      give(1, join(1))
      tracker.step(elsewhere(foreign(7)), 0)
      const named = (link: number) =>
        welcomes(give(link, join(link, { freeSlots: 0 })))[0]!.welcome.candidates.map(({ id }) => id[0])
      expect(named(20), 'long after, for nothing was heard').to.deep.equal([7, 1])
      tracker.step(elsewhere(foreign(8)), FOREIGN_MS)
      expect(named(21)).to.deep.equal([8, 1])
    })

    it('gives on a signal for who is elsewhere, brings those of others, and says where nobody is', () => {
      const { tracker, give, told } = sharing()
      give(1, join(1))
      give(2, join(2))
      told()
      const signal: Message = { type: 'signal', from: idOf(2), to: idOf(9), body: Uint8Array.of(1) }
      expect(tracker.step({ type: 'received', link: 2, bytes: encodeMessage(signal) }, 0)).to.deep.equal([])
      expect(told()).to.deep.equal(['carry to 9'])
      const [unreachable] = tracker.step({ type: 'nobody', link: 2, peer: idOf(9) }, 0)
      expect(unreachable).to.include({ type: 'send', link: 2 })
      const bytes = encodeMessage({ ...signal, from: idOf(9), to: idOf(1) })
      expect(tracker.step({ type: 'carried', broadcast: key, bytes }, 0)).to.deep.equal([
        { type: 'send', link: 1, bytes }
      ])
    })
  })

  describe('ways', () => {
    const page = (n: number) => join(n, { addresses: [WEBRTC_ADDRESS], ways: WAY.ws | WAY.webrtc })
    const plain = (n: number, change: Partial<Join> = {}) =>
      join(n, { addresses: ['/ip4/192.0.2.1/tcp/1'], ways: WAY.tcp | WAY.ws, ...change })

    it('decide who is named to whom', () => {
      const { give } = bench()
      give(1, plain(1, { role: 'origin', wanted: 0 }))
      give(2, page(2))
      const ids = (outputs: readonly TrackerOutput[]) =>
        welcomes(outputs)[0]!
          .welcome.candidates.map(({ id }) => id[0]!)
          .sort()
      expect(ids(give(3, page(3))), 'a page cannot dial TCP').to.deep.equal([2])
      expect(ids(give(4, plain(4))), 'who has no WebRTC cannot dial a page').to.deep.equal([1])
      const ask: Message = { type: 'ask', wanted: 8, except: [], ways: WAY.webrtc }
      expect(ids(give(4, ask)), 'ways can change').to.deep.equal([2, 3])
    })

    it('keep waiting who could not dial the one with room', () => {
      const { give } = bench()
      give(2, page(2))
      give(3, plain(3))
      const told = welcomes(give(1, plain(1, { role: 'origin', wanted: 0, freeSlots: 16 })))
      expect(told.map(({ link }) => link)).to.deep.equal([1, 3])
    })
  })
})
