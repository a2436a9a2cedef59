/**
 * The contract of `src/transport/link.ts`, as tests that every transport is held to. A transport brings a
 * {@link Bed}, which makes links in its own way; what is expected of the links is the same for all.
 */

import { expect } from 'chai'

import type { CloseReason, Link, LinkLimits } from '../../src/transport/link.js'
import { numbered, numberOf, Recorder, turn, until } from './recorder.js'

/** Small enough that a test fills the queues at once, large enough for the longest message. */
export const LIMITS: LinkLimits = {
  maxMessageBytes: 16 * 1024,
  dataQueueBytes: 32 * 1024,
  controlQueueBytes: 128 * 1024
}

/** Nothing is dropped or given up: for tests about order. */
const ROOMY: LinkLimits = { ...LIMITS, dataQueueBytes: 1 << 26, controlQueueBytes: 1 << 26 }

/** A link whose far end reads only when it is told to. */
export interface SlowLink {
  readonly link: Link
  /** What the far end has taken so far. */
  readonly received: Uint8Array[]
  stall(): void
  resume(): void
}

/** A link whose far end can send anything. */
export interface RawLink {
  readonly link: Link
  write(bytes: Uint8Array): void
  /** Ends its half in good order, without a word of the protocol. */
  finish(): void
}

export interface Bed {
  /** Opens a link and gives both ends, each in the turn in which its transport handed it out. */
  open(limits: LinkLimits, onNear: (link: Link) => void, onFar: (link: Link) => void): Promise<void>
  slow(limits: LinkLimits): Promise<SlowLink>
  raw: ((limits: LinkLimits) => Promise<RawLink>) | undefined
  /** False where the network itself may lose `data` and change its order, as WebRTC's does. */
  readonly keepsData: boolean
  /** Bytes that the network between the ends may take before the sender's own queue begins to fill. */
  readonly networkBytes: number
  close(): Promise<void>
}

/** What raw bytes make a malformed link, for each transport that has raw bytes. */
export type Garbage = Readonly<Record<string, (raw: RawLink) => void>>

export function linkContract(makeBed: () => Bed, garbage: Garbage = {}): void {
  let bed: Bed
  beforeEach(() => (bed = makeBed()))
  afterEach(() => bed.close())

  async function pair(limits = LIMITS): Promise<[Recorder, Recorder]> {
    let near: Recorder | undefined
    let far: Recorder | undefined
    await bed.open(
      limits,
      (link) => (near = new Recorder(link)),
      (link) => (far = new Recorder(link))
    )
    await until(() => near !== undefined && far !== undefined)
    return [near!, far!]
  }

  describe('opening', () => {
    it('loses nothing that is sent in the turn in which the link was handed out', async () => {
      const ends: Recorder[] = []
      const greet = (link: Link): void => {
        ends.push(new Recorder(link))
        link.send('control', numbered(1, 10))
        link.send('data', numbered(2, 10))
      }
      await bed.open(LIMITS, greet, greet)
      await until(() => ends.length === 2 && ends.every((end) => end.messages.length === 2))
      for (const end of ends) {
        const numbers = end.messages.map(numberOf)
        expect(bed.keepsData ? numbers : numbers.sort()).to.deep.equal([1, 2])
      }
    })

    it('begins its events in a later turn, so that handlers are set in time', async () => {
      const seen: string[] = []
      await bed.open(
        LIMITS,
        (link) => {
          link.send('control', numbered(1, 10))
          link.close()
        },
        (link) => {
          seen.push('link')
          // A link may be passed along through promises before anyone listens.
          void Promise.resolve().then(() => {
            link.onMessage = () => seen.push('message')
            link.onClose = (reason) => seen.push(reason)
          })
        }
      )
      await until(() => seen.includes('remote'))
      expect(seen).to.deep.equal(['link', 'message', 'remote'])
    })
  })

  describe('messages', () => {
    it('arrive whole, unchanged and in order, in one part or two, both ways at once', async () => {
      const [near, far] = await pair(ROOMY)
      // Who may lose some must be able to tell which: four bytes hold the number.
      const lengths = [bed.keepsData ? 1 : 4, bed.keepsData ? 2 : 5, 255, 256, 900, 1150, 4096, 16384]
      const lengthOf = (index: number): number => lengths[index % lengths.length]!
      const isControl = (index: number): boolean => index % 3 === 0
      const count = 1200
      for (let index = 0; index < count; index++) {
        const message = numbered(index, lengthOf(index))
        const cut = index % (message.byteLength + 1)
        const priority = isControl(index) ? 'control' : 'data'
        for (const end of [near, far]) {
          const parts = [message.slice(0, cut), message.slice(cut)] as const
          const sent = cut % 2 === 0 ? end.link.send(priority, ...parts) : end.link.send(priority, message)
          expect(sent).to.equal(true)
        }
        if (index % 50 === 0) await turn()
      }
      const ends = [near, far]
      if (bed.keepsData) {
        await until(() => ends.every(({ messages }) => messages.length === count))
        for (const { messages } of ends) {
          messages.forEach((message, index) => {
            expect(Buffer.compare(message, numbered(index, lengthOf(index))), `message ${index}`).to.equal(0)
          })
        }
        return
      }
      const controls = Array.from({ length: count }, (_, index) => index).filter(isControl)
      const controlsOf = ({ messages }: Recorder): number[] => messages.map(numberOf).filter(isControl)
      await until(() => ends.every((end) => controlsOf(end).length === controls.length))
      for (const end of ends) {
        expect(controlsOf(end)).to.deep.equal(controls)
        const numbers = end.messages.map(numberOf)
        expect(new Set(numbers).size, 'none twice').to.equal(numbers.length)
        expect(numbers.length, 'some data').to.be.above(controls.length)
        for (const message of end.messages) {
          const index = numberOf(message)
          expect(Buffer.compare(message, numbered(index, lengthOf(index))), `message ${index}`).to.equal(0)
        }
      }
    })

    it('of the greatest length pass, and longer or empty ones are the caller’s mistake', async () => {
      const [near, far] = await pair()
      const longest = LIMITS.maxMessageBytes
      expect(() => near.link.send('data', new Uint8Array(longest), new Uint8Array(1))).to.throw(RangeError)
      expect(() => near.link.send('data', new Uint8Array(0))).to.throw(RangeError)
      const priority = bed.keepsData ? 'data' : 'control'
      expect(near.link.send(priority, new Uint8Array(1), new Uint8Array(longest - 1))).to.equal(true)
      await until(() => far.messages.length === 1)
      expect(far.messages[0]!.byteLength).to.equal(longest)
    })

    it('belong to the receiver', async () => {
      const [near, far] = await pair()
      const body = numbered(7, 600)
      const priority = bed.keepsData ? 'data' : 'control'
      for (let round = 0; round < 3; round++) near.link.send(priority, numbered(round, 4), body)
      await until(() => far.messages.length === 3)
      far.messages[0]!.fill(0xff)
      expect(Buffer.compare(body, numbered(7, 600))).to.equal(0)
      expect(far.messages.slice(1).map(numberOf)).to.deep.equal([1, 2])
      // A Buffer's slice would alias, and a keeper of messages might not know.
      expect(far.messages[1]!.constructor).to.equal(Uint8Array)
    })
  })

  describe('a slow link', () => {
    it('loses data, keeps control, and bounds what waits', async () => {
      const slow = await bed.slow(LIMITS)
      const end = new Recorder(slow.link)
      slow.stall()
      const accepted = await fill(slow.link)
      // Nothing of what follows fits, but control is never dropped.
      for (let index = 0; index < 20; index++) {
        expect(slow.link.send('control', numbered(1_000_000 + index, 100))).to.equal(true)
        accepted.push(1_000_000 + index)
      }
      const bytes = accepted.length * 1024
      expect(bytes).to.be.below(bed.networkBytes + LIMITS.dataQueueBytes + LIMITS.controlQueueBytes)
      slow.resume()
      const isControl = (number: number): boolean => number >= 1_000_000
      const arrived = (): number[] =>
        slow.received.map(numberOf).filter((number) => bed.keepsData || isControl(number))
      const expected = accepted.filter((number) => bed.keepsData || isControl(number))
      await until(() => arrived().length === expected.length)
      expect(arrived()).to.deep.equal(expected)
      expect(end.ends).to.deep.equal([])
      expect(slow.link.send('data', numbered(5, 1024)), 'once it has emptied').to.equal(true)
    })

    it('never holds up a sibling', async () => {
      const [slow, quick] = [await bed.slow(LIMITS), await bed.slow(LIMITS)]
      slow.stall()
      let lost = 0
      for (let index = 0; index < 20_000 && lost < 200; index++) {
        if (!slow.link.send('data', numbered(index, 1024))) lost++
        expect(quick.link.send(bed.keepsData ? 'data' : 'control', numbered(index, 1024))).to.equal(true)
        if (index % 8 === 7) await until(() => quick.received.length === index + 1)
      }
      expect(lost).to.equal(200)
      slow.resume()
    })

    it('that does not take even control ends as overflow', async () => {
      const slow = await bed.slow(LIMITS)
      const end = new Recorder(slow.link)
      slow.stall()
      await fill(slow.link)
      let sent = 0
      while (slow.link.send('control', numbered(sent, 1024))) sent++
      expect(sent * 1024).to.be.within(1024, bed.networkBytes + LIMITS.controlQueueBytes)
      expect(end.ends, 'not from within send').to.deep.equal([])
      await until(() => end.ends.length > 0)
      expect(end.ends).to.deep.equal(['overflow'])
      expect(slow.link.send('control', numbered(1, 10))).to.equal(false)
    })
  })

  describe('ending', () => {
    const reasons = async (...ends: Recorder[]): Promise<CloseReason[]> => {
      await until(() => ends.every((end) => end.ends.length > 0))
      // A second report would come in the turns that follow.
      for (let index = 0; index < 5; index++) await turn()
      for (const end of ends) expect(end.ends).to.have.length(1)
      return ends.map((end) => end.ends[0]!)
    }

    it('delivers what was sent before, and says who closed', async () => {
      const [near, far] = await pair(ROOMY)
      const priority = bed.keepsData ? 'data' : 'control'
      for (let index = 0; index < 100; index++) near.link.send(priority, numbered(index, 5000))
      near.link.close()
      expect(near.ends, 'not from within close').to.deep.equal([])
      expect(await reasons(near, far)).to.deep.equal(['closed', 'remote'])
      expect(far.messages.map(numberOf)).to.deep.equal([...Array(100).keys()])
    })

    it('works from the side that was dialled too', async () => {
      const [near, far] = await pair()
      far.link.close()
      expect(await reasons(near, far)).to.deep.equal(['remote', 'closed'])
    })

    it('of both sides at once is closed for both', async () => {
      const [near, far] = await pair()
      near.link.close()
      far.link.close()
      expect(await reasons(near, far)).to.deep.equal(['closed', 'closed'])
    })

    it('is final: no message, no second end, and send returns false', async () => {
      const [near, far] = await pair()
      far.link.onMessage = () => {
        far.messages.push(numbered(0, 4))
        far.link.close()
        far.link.close()
      }
      for (let index = 0; index < 50; index++) near.link.send('control', numbered(index, 100))
      expect(await reasons(near, far)).to.deep.equal(['remote', 'closed'])
      expect(far.messages).to.have.length(1)
      for (const end of [near, far]) expect(end.link.send('control', numbered(1, 10))).to.equal(false)
      near.link.close()
      expect(await reasons(near, far)).to.deep.equal(['remote', 'closed'])
    })
  })

  for (const [what, write] of Object.entries(garbage)) {
    it(`${what} ends the link as malformed, after the good messages before`, async () => {
      const raw = await bed.raw!(LIMITS)
      const end = new Recorder(raw.link)
      write(raw)
      await until(() => end.ends.length > 0)
      expect(end.ends).to.deep.equal(['malformed'])
      expect(end.messages.map((message) => [...message])).to.deep.equal([[1, 2, 3]])
    })
  }
}

/** Sends data until the link has refused it for some turns on end; gives the numbers of what it took. */
async function fill(link: Link): Promise<number[]> {
  const accepted: number[] = []
  let refusedTurns = 0
  for (let index = 0; refusedTurns < 30;) {
    let refused = 0
    for (let step = 0; step < 16; step++, index++) {
      if (link.send('data', numbered(index, 1024))) accepted.push(index)
      else refused++
    }
    refusedTurns = refused === 16 ? refusedTurns + 1 : 0
    await turn()
  }
  return accepted
}
