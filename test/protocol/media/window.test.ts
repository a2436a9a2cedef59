import { expect } from 'chai'
import fc from 'fast-check'
import { MAX_WINDOW_PACKETS, WINDOW_MS } from '../../../src/protocol/limits.js'
import { type Kept, Window } from '../../../src/protocol/media/window.js'
import { audioPacket } from './made.js'

const STRIPES = 4

/** The window as one would write it without a thought for speed. */
class Model {
  readonly kept = new Map<number, Kept>()
  readonly ever = new Set<number>()
  newest = -1
  floor = 0

  insert(kept: Kept): boolean {
    const { sequence } = kept.packet
    if (sequence < this.floor || this.kept.has(sequence)) return false
    if (this.newest < 0) this.floor = Math.max(0, sequence - MAX_WINDOW_PACKETS + 1)
    this.kept.set(sequence, kept)
    this.ever.add(sequence)
    this.newest = Math.max(this.newest, sequence)
    this.floor = Math.max(this.floor, this.newest - MAX_WINDOW_PACKETS + 1)
    const oldest = this.kept.get(this.newest)!.packet.mediaTime - WINDOW_MS * 48
    for (const old of this.sorted()) {
      if (old.packet.sequence >= this.newest || old.packet.mediaTime >= oldest) break
      this.floor = Math.max(this.floor, old.packet.sequence + 1)
    }
    for (const old of this.kept.keys()) if (old < this.floor) this.kept.delete(old)
    return true
  }

  sorted(): Kept[] {
    return [...this.kept.values()].sort((a, b) => a.packet.sequence - b.packet.sequence)
  }
}

const sequencesOf = (all: Iterable<Kept>): number[] => [...all].map(({ packet }) => packet.sequence)

function compare(sequences: readonly number[], msPerPacket: number): void {
  const window = new Window(STRIPES)
  const model = new Model()
  for (const sequence of sequences) {
    const kept = audioPacket(sequence, sequence * msPerPacket)
    expect(window.insert(kept), `insert ${sequence}`).to.equal(model.insert(kept))
    expect([window.newest, window.floor, window.size]).to.deep.equal([
      model.newest,
      model.floor,
      model.kept.size
    ])
  }
  const sorted = sequencesOf(model.sorted())
  expect(sequencesOf(window.since(0))).to.deep.equal(sorted)
  if (model.newest < 0) return
  expect(window.newestMediaTime).to.equal(model.newest * msPerPacket * 48)
  for (let sequence = model.floor - 3; sequence <= model.newest + 3; sequence++) {
    expect(window.get(sequence)).to.equal(model.kept.get(sequence))
    expect(window.next(sequence)?.packet.sequence).to.equal(sorted.find((other) => other >= sequence))
  }
  const holes: number[] = []
  for (let sequence = model.floor; sequence < model.newest; sequence++)
    if (!model.kept.has(sequence)) holes.push(sequence)
  expect(window.missing(0, Infinity)).to.deep.equal(holes)
  expect(window.missing(0, 5)).to.deep.equal(holes.slice(0, 5))
  expect(sequencesOf(window.recent(2_000))).to.deep.equal(
    sorted.filter((sequence) => (model.newest - sequence) * msPerPacket <= 2_000)
  )
  for (let stripe = 0; stripe < STRIPES; stripe++) {
    const inStripe = [...model.ever].filter((sequence) => sequence % STRIPES === stripe)
    expect(window.newestIn(stripe)).to.equal(Math.max(-1, ...inStripe))
    expect(window.firstIn(stripe)).to.equal(inStripe.length === 0 ? -1 : Math.min(...inStripe))
  }
}

describe('Window', () => {
  it('is a map that forgets', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -40, max: 40 }) },
        fc.integer({ min: -600, max: 700 })
      ),
      { maxLength: 60 }
    )
    fc.assert(
      fc.property(fc.nat(2_000), steps, fc.constantFrom(2.5, 20, 100, 700), (first, all, msPerPacket) => {
        let at = first
        compare(
          all.map((step) => (at = Math.max(0, at + step))),
          msPerPacket
        )
      }),
      { numRuns: 300 }
    )
  })

  it('holds ten seconds of a long run, and no more than its bound', () => {
    const window = new Window(STRIPES)
    for (let sequence = 0; sequence < 3_000; sequence++) window.insert(audioPacket(sequence, sequence * 100))
    expect(window.size).to.equal(WINDOW_MS / 100 + 1)
    const dense = new Window(STRIPES)
    for (let sequence = 0; sequence < 3_000; sequence++) dense.insert(audioPacket(sequence, sequence * 2.5))
    expect(dense.size).to.equal(MAX_WINDOW_PACKETS)
  })

  it('takes sequences up to the last there is', () => {
    const window = new Window(STRIPES)
    const last = 2 ** 48 - 2
    expect(window.insert(audioPacket(last - 1, 0))).to.equal(true)
    expect(window.insert(audioPacket(last, 20))).to.equal(true)
    expect(window.get(last)?.packet.sequence).to.equal(last)
    expect(window.missing(0, Infinity).length).to.equal(MAX_WINDOW_PACKETS - 2)
  })
})
