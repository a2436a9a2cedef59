import { expect } from 'chai'
import fc from 'fast-check'
import { type Pace, Playout, type PlayoutStep } from '../../../src/protocol/media/playout.js'
import { type Kept, Window } from '../../../src/protocol/media/window.js'
import { audioPacket, endPacket, packetOf } from './made.js'

const STRIPES = 4

interface Run {
  readonly items: { readonly item: PlayoutStep; readonly at: number }[]
  readonly window: Window
}

/** Gives packets at their times, and ticks at every deadline. */
function play(
  arrivals: readonly { kept: Kept; at: number }[],
  pace: Pace,
  bufferMs: number,
  untilMs: number
): Run {
  const window = new Window(STRIPES)
  const playout = new Playout(window, { stripes: STRIPES, pace, bufferMs })
  const items: Run['items'] = []
  const queue = [...arrivals].sort((a, b) => a.at - b.at)
  let now = 0
  const advance = (): void => {
    for (const item of playout.advance(now)) items.push({ item, at: now })
  }
  for (;;) {
    const deadline = playout.nextDeadline()
    const next = Math.min(queue[0]?.at ?? Infinity, deadline)
    if (next > untilMs) return { items, window }
    expect(next, 'no deadline stays behind').to.be.at.least(now)
    const before = `${now} ${items.length} ${queue.length}`
    now = next
    const due = queue[0]
    if (due !== undefined && due.at <= now) {
      queue.shift()
      const kept = { ...due.kept, at: now }
      if (window.insert(kept) && kept.packet.kind === 2) playout.endIsKnown(now)
    }
    advance()
    if (`${now} ${items.length} ${queue.length}` === before)
      expect(playout.nextDeadline(), 'a dead loop').to.be.above(now)
  }
}

/** Packets of a show, each lost, late or doubled by its own fate. */
const fates = fc.array(
  fc.record({
    lost: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    lateMs: fc.oneof({ weight: 5, arbitrary: fc.nat(60) }, fc.nat(2_000)),
    twice: fc.boolean()
  }),
  { minLength: 4, maxLength: 150 }
)

describe('Playout', () => {
  for (const pace of ['eager', 'timed'] as const) {
    it(`${pace}: hands out in order, each at most once, and counts exactly what it gives up`, () => {
      fc.assert(
        fc.property(fates, fc.nat(1_000), fc.constantFrom(100, 500, 2_000), (all, first, bufferMs) => {
          const arrivals = all.flatMap(({ lost, lateMs, twice }, i) => {
            const kept = audioPacket(first + i)
            const at = i * 20 + lateMs
            return lost
              ? []
              : twice
                ? [
                    { kept, at },
                    { kept, at: at + 7 }
                  ]
                : [{ kept, at }]
          })
          const count = all.length
          for (let i = 0; i < STRIPES; i++) {
            arrivals.push({
              kept: endPacket(first + count + i, first + count, (first + count) * 20),
              at: count * 20 + 5
            })
          }
          const { items } = play(arrivals, pace, bufferMs, 60_000)
          let next: number | undefined
          let ended = false
          for (const { item } of items) {
            expect(ended, 'nothing behind the end').to.equal(false)
            if (item.type === 'audio') {
              expect(item.sequence).to.equal(next ?? item.sequence)
              next = item.sequence + 1
            } else if (item.type === 'gap') {
              expect(item.packets).to.be.above(0)
              expect(item.samples).to.equal(item.packets * 960)
              next = next! + item.packets
            } else if (item.type === 'end') {
              ended = true
              if (next !== undefined) expect(next).to.equal(first + count)
            }
          }
          expect(ended, 'the end is heard').to.equal(true)
        }),
        { numRuns: 200 }
      )
    })

    it(`${pace}: plays all that comes within the buffer's length`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(450), { minLength: 30, maxLength: 120 }), (lateness) => {
          const arrivals = lateness.map((late, i) => ({
            kept: audioPacket(i),
            at: i * 20 + (i < STRIPES ? 0 : late)
          }))
          const { items } = play(arrivals, pace, 500, 60_000)
          const sequences = items.flatMap(({ item }) => (item.type === 'audio' ? [item.sequence] : []))
          expect(items.filter(({ item }) => item.type === 'gap')).to.deep.equal([])
          expect(sequences).to.deep.equal(lateness.map((_, i) => i))
        }),
        { numRuns: 100 }
      )
    })
  }

  it('timed: hands out each packet when its media time has come', () => {
    const arrivals = Array.from({ length: 50 }, (_, i) => ({
      kept: audioPacket(i),
      at: i * 20 + (i % 3) * 5
    }))
    const { items } = play(arrivals, 'timed', 200, 10_000)
    const [begin] = items
    for (const [i, { at }] of items.entries()) expect(at - begin!.at).to.equal(i * 20)
    expect(begin!.at).to.equal(200)
  })

  it('timed: starts at once with a past as long as the buffer', () => {
    const arrivals = Array.from({ length: 150 }, (_, i) => ({
      kept: audioPacket(100 + i),
      at: i < 100 ? 0 : (i - 99) * 20
    }))
    const { items } = play(arrivals, 'timed', 2_000, 10_000)
    expect(items[0]!.at).to.be.below(100)
    expect(items.length).to.equal(150)
  })

  it('begins where every stripe has its packets', () => {
    const arrivals = [101, 105, 109, 104, 108, 106, 110, 107, 111].map((sequence) => ({
      kept: audioPacket(sequence),
      at: 1
    }))
    const { items } = play(arrivals, 'eager', 2_000, 100)
    expect(items.map(({ item }) => (item.type === 'audio' ? item.sequence : item.type))).to.deep.equal([
      104, 105, 106, 107, 108, 109, 110, 111
    ])
  })

  it('shows metadata once, however often it is repeated', () => {
    const fields = new Map([['title', 'a']])
    const arrivals = [0, 1, 2, 3].map((sequence) => ({
      kept: packetOf(sequence, 0, {
        kind: 'metadata',
        fields: sequence === 3 ? new Map([['title', 'b']]) : fields
      }),
      at: 0
    }))
    const { items } = play(arrivals, 'eager', 2_000, 100)
    expect(
      items.map(({ item }) => (item.type === 'metadata' ? item.fields.get('title') : item.type))
    ).to.deep.equal(['a', 'b'])
  })

  it('does not stop at a payload that its publisher made wrong', () => {
    const wrong = audioPacket(1)
    wrong.packet.bytes[17] = 9 // nine channels
    const { items } = play(
      [audioPacket(0), wrong, audioPacket(2), audioPacket(3)].map((kept) => ({ kept, at: 0 })),
      'eager',
      2_000,
      100
    )
    expect(items.map(({ item }) => (item.type === 'audio' ? item.sequence : item.type))).to.deep.equal([
      0, 2, 3
    ])
  })
})
