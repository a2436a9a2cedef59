import { expect } from 'chai'
import fc from 'fast-check'
import { snr } from '../signal.js'
import { largestStep, MS, SoundCard } from './sound-card.js'

/** All steps from one sample to the next that there are. */
function steps(sound: Float32Array): number[] {
  return [...new Set(sound.subarray(1).map((sample, at) => sample - sound[at]!))]
}

/** The first sample that is no silence, its place, and from there all. */
function onset(sound: Float32Array): { place: number; rest: Float32Array } {
  const place = sound.findIndex((sample) => sample !== 0)
  return { place, rest: sound.subarray(place) }
}

describe('Playhead', () => {
  it('starts at once with a newcomer’s burst, the delay behind its newest', () => {
    const card = new SoundCard({ delayMs: 1000 })
    card.give(7_000, 9_000)
    card.giveLive(9_000, 12_000)
    card.run(1_000)
    const { place, rest } = onset(card.sound)
    expect(place).to.be.below(128)
    expect(rest[200]).to.equal(8_000 * MS + place + 200)
    expect(card.status!.delay).to.be.within(900 * MS, 1_001 * MS)
    expect(card.events).to.deep.equal(['playing'])
  })

  it('gives out every sample as it is, in order', () => {
    const card = new SoundCard({ delayMs: 1000 })
    card.give(0, 2_000)
    card.giveLive(2_000, 10_000)
    card.run(7_500)
    const { rest } = onset(card.sound)
    expect(steps(rest.subarray(256))).to.deep.equal([1])
    expect(card.status).to.include({ underruns: 0, skipped: 0, ratio: 1 })
  })

  it('waits for half a second at most where the show has just begun', () => {
    const card = new SoundCard({ delayMs: 2000 })
    card.giveLive(0, 5_000)
    card.run(4_000)
    const { place, rest } = onset(card.sound)
    expect(place / MS).to.be.within(499, 506)
    // Its first sample is the show's second: the first is faded to nothing.
    expect(rest[200]).to.equal(201)
    expect(card.events).to.deep.equal(['playing'])
  })

  it('is no further behind than less than half a second, if that is asked for', () => {
    const card = new SoundCard({ delayMs: 200 })
    card.giveLive(0, 3_000, undefined, 40)
    card.run(2_900)
    expect(onset(card.sound).place / MS).to.be.within(199, 204)
    expect(card.events).to.deep.equal(['playing'])
  })

  it('fades, counts and fills to the whole delay when audio runs out; then it is live again', () => {
    const card = new SoundCard({ delayMs: 1000, signal: () => 0.5 })
    card.give(0, 2_000)
    card.giveLive(2_000, 4_000)
    card.run(2_000)
    // Three seconds of nothing, then what was missed, at once, and on.
    card.give(4_000, 7_000, card.wallMs + 3_000)
    card.run(3_000)
    expect(card.events).to.deep.equal(['playing', 'underrun'])
    card.giveLive(7_000, 10_000)
    card.run(2_000)
    expect(card.events).to.deep.equal(['playing', 'underrun', 'playing'])
    expect(largestStep(card.sound)).to.be.below(0.5 / 100)
    expect(card.status!.delay).to.be.within(900 * MS, 1_001 * MS)
    // From the last that was heard, at 4 s, to a second behind the live edge, at 6 s.
    expect(card.status!.skipped / MS).to.be.within(1_990, 2_010)
    expect(card.status!.underruns).to.equal(1)
  })

  it('fills to the whole delay after an underrun even where nothing was missed', () => {
    const card = new SoundCard({ delayMs: 1000, signal: () => 0.5 })
    card.giveLive(0, 1_000)
    card.run(3_000)
    expect(card.events).to.deep.equal(['playing', 'underrun'])
    card.giveLive(1_000, 5_000)
    card.run(900)
    expect(card.events).to.have.length(2)
    card.run(1_500)
    expect(card.events).to.deep.equal(['playing', 'underrun', 'playing'])
  })

  it('keeps time over a hole, and fades at its edges', () => {
    const card = new SoundCard({ delayMs: 1000, signal: (at) => Math.fround(0.5 + at * 1e-9) })
    card.give(0, 1_500)
    card.give(1_700, 2_000)
    card.giveLive(2_000, 4_000)
    card.run(2_500)
    const sound = card.sound
    expect(sound[600 * MS]).to.equal(0)
    expect(sound[800 * MS]).to.equal(Math.fround(0.5 + 1_800 * MS * 1e-9))
    expect(largestStep(sound)).to.be.below(0.5 / 100)
    expect(card.events).to.deep.equal(['playing'])
  })

  it('passes over what comes too late, and counts it', () => {
    const card = new SoundCard({ delayMs: 500 })
    card.give(0, 2_000)
    card.run(100)
    card.give(1_000, 1_200)
    card.run(50)
    expect(card.status!.skipped).to.equal(200 * MS)
  })

  it('plays to the last sample of the show, and says so once', () => {
    const card = new SoundCard({ delayMs: 1000 })
    card.give(0, 300)
    card.tell({ type: 'end' })
    card.run(600)
    const { rest } = onset(card.sound)
    const last = rest.findLastIndex((sample) => sample !== 0)
    expect(rest[last]).to.equal(300 * MS - 1)
    expect(card.events).to.deep.equal(['playing', 'ended'])
    expect(card.status!.underruns).to.equal(0)
  })

  it('ends at once where nothing ever came', () => {
    const card = new SoundCard()
    card.tell({ type: 'end' })
    card.run(10)
    expect(card.events).to.deep.equal(['ended'])
  })

  it('fades when it is told to forget, and then plays a new show from its beginning', () => {
    const card = new SoundCard({ delayMs: 1000, signal: () => 0.5 })
    card.give(100_000, 102_000)
    card.run(200)
    card.tell({ type: 'reset', newShow: true })
    card.giveLive(0, 3_000)
    card.run(2_000)
    expect(largestStep(card.sound)).to.be.below(0.5 / 100)
    expect(card.events).to.deep.equal(['playing', 'playing'])
    expect(card.status!.position! / MS).to.be.within(1_400, 1_600)
  })

  it('says that it is over once it is closed', () => {
    const card = new SoundCard()
    card.playhead.receive({ type: 'close' }, 0)
    expect(card.playhead.render(new Float32Array(128), new Float32Array(128), 0)).to.equal(false)
  })

  describe('after a freeze', () => {
    /** Plays live, freezes, and is given what came meanwhile in steps of the pauses. @returns what was heard after */
    function thaw(card: SoundCard, frozenMs: number, pauses: readonly number[]) {
      card.give(0, 2_000)
      card.giveLive(2_000, 6_000)
      card.run(4_000)
      card.freeze(frozenMs)
      const before = card.heard.length
      const begin = card.wallMs
      // At the wall time `begin` the show is at 6,000 + frozen ms.
      let edge = 6_000
      let at = begin
      for (const pause of pauses) {
        at += pause
        if (edge >= 6_000 + frozenMs - 100) break
        card.give(edge, edge + 100, at)
        edge += 100
      }
      const live = Math.max(edge, Math.floor((6_000 + frozenMs + (at - begin)) / 100) * 100)
      for (let rest = edge; rest < live; rest += 1_000) card.give(rest, Math.min(live, rest + 1_000), at)
      for (let next = live; next < live + 4_000; next += 100) {
        card.give(next, next + 100, Math.max(at, begin + next + 100 - (6_000 + frozenMs)))
      }
      card.run(at - begin + 3_000)
      return card.heard.slice(before).map(({ wallMs, samples }) => ({
        due: 6_000 + frozenMs + (wallMs - begin),
        samples
      }))
    }

    it('not one old quantum is heard, however the backlog comes', function () {
      this.timeout(60_000)
      fc.assert(
        fc.property(
          fc.integer({ min: 600, max: 120_000 }),
          fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
          (frozenMs, pauses) => {
            const card = new SoundCard({ delayMs: 1000 })
            const after = thaw(card, frozenMs, pauses)
            for (const { due, samples } of after) {
              // The first quantum of each start is a fade, of which the samples do not tell their time.
              const [first, last] = [samples[126]!, samples[127]!]
              if (last === 0 || last - first !== 1) continue
              if (last < (due - 1_360) * MS || last > (due - 900) * MS) expect.fail(`${last / MS} at ${due}`)
            }
            expect(after.at(-1)!.samples[127]).to.be.above(0)
          }
        ),
        { numRuns: 20 }
      )
    })

    it('gives nothing away while the sound card asks for all that it missed at once', () => {
      const card = new SoundCard({ delayMs: 1000 })
      card.give(0, 2_000)
      card.run(500)
      card.freeze(5_000)
      card.give(2_000, 7_500)
      card.rush(2_500)
      const before = card.heard.length
      card.rush(2_500)
      expect(card.heard.slice(before).every(({ samples }) => samples.every((each) => each === 0))).to.equal(
        true
      )
      card.giveLive(7_500, 10_000)
      card.run(2_000)
      expect(card.events).to.deep.equal(['playing', 'playing'])
      expect(card.status!.delay / MS).to.be.within(900, 1_200)
    })

    it('goes on where the show itself stood still', () => {
      const card = new SoundCard({ delayMs: 1000 })
      card.give(0, 2_000)
      card.run(10)
      card.freeze(60_000)
      card.giveLive(2_000, 6_000)
      card.run(4_000)
      expect(card.events).to.deep.equal(['playing', 'playing'])
      const last = card.heard.at(-1)!.samples[127]!
      expect(last / MS).to.be.within(5_300, 5_600)
    })
  })

  describe('where the sound card’s clock is not the publisher’s', () => {
    for (const ppm of [3_000, -3_000]) {
      it(`keeps the delay within its band, at ${ppm} ppm`, function () {
        this.timeout(30_000)
        const card = new SoundCard({ delayMs: 500, ppm, signal: (at) => Math.sin(at / 100) * 0.5 })
        card.give(0, 500)
        card.giveLive(500, 82_000)
        const ratios = new Set<number>()
        for (let second = 0; second < 80; second++) {
          card.run(1_000)
          const { delay, ratio } = card.status!
          expect(delay / MS).to.be.within(430, 640)
          expect(ratio).to.be.within(0.995, 1.005)
          ratios.add(ratio)
        }
        expect(ratios.size).to.be.above(1)
        expect(card.events).to.deep.equal(['playing'])
        // A sine of this frequency makes steps of 0.005; a click would be larger.
        expect(largestStep(card.sound)).to.be.below(0.006)
      })
    }

    it('comes back to the samples as they are', function () {
      this.timeout(30_000)
      const card = new SoundCard({ delayMs: 500, ppm: -4_000 })
      card.give(0, 500)
      card.giveLive(500, 130_000)
      const until = (bent: boolean) => {
        for (let second = 0; second < 60 && ((card.status?.ratio ?? 1) !== 1) !== bent; second++)
          card.run(1_000)
      }
      until(true)
      expect(card.status!.ratio).to.be.above(1)
      card.ppm = 0
      until(false)
      card.run(100)
      const { samples } = card.heard.at(-1)!
      expect(card.status!.ratio).to.equal(1)
      expect(Number.isInteger(samples[0])).to.equal(true)
      expect(steps(samples)).to.deep.equal([1])
    })

    it('is not misled by jitter', function () {
      this.timeout(30_000)
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 20 }), (some) => {
          const card = new SoundCard({ delayMs: 1000 })
          // Now and then packets are on time; those behind a late one need a while.
          const late = [...some, 0, 0, 0, 0, 0, 0, 0]
          card.give(0, 1_000)
          card.giveLive(1_000, 16_000, (packet) => late[packet % late.length]!)
          for (let step = 0; step < 150; step++) {
            card.run(100)
            expect(card.status!.ratio).to.equal(1)
          }
          expect(card.status!.underruns).to.equal(0)
        }),
        { numRuns: 10 }
      )
    })
  })

  it('skips only where it is a second too far behind', () => {
    const card = new SoundCard({ delayMs: 500, signal: () => 0.5 })
    card.give(0, 500)
    card.run(20)
    // The show leaps ahead of the clock.
    card.give(500, 2_600)
    card.run(200)
    expect(card.status!.delay / MS).to.be.within(300, 501)
    expect(card.status!.skipped / MS).to.be.within(2_000, 2_100)
    expect(largestStep(card.sound)).to.be.below(0.5 / 100)
  })

  for (const sampleRate of [44_100, 96_000]) {
    it(`plays on a sound card of ${sampleRate} Hz`, () => {
      const card = new SoundCard({ delayMs: 1000, sampleRate, signal: (at) => Math.sin(at / 40) })
      card.give(0, 2_000)
      card.giveLive(2_000, 5_000)
      card.run(3_000)
      const sound = card.sound
      const step = 48_000 / sampleRate
      const expected = sound.map((_, at) => Math.sin((1_000 * MS + at * step) / 40))
      expect(snr(expected.subarray(300, sampleRate * 2), sound.subarray(300))).to.be.above(70)
      expect(card.status).to.include({ underruns: 0, ratio: 1 })
    })
  }
})
