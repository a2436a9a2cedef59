import { expect } from 'chai'
import { MAX_PROBE_MS, SILENCE_MS } from '../../../src/protocol/limits.js'
import { Silence } from '../../../src/protocol/tree/silence.js'

/** The pauses before the next so many rounds, the first after this time. */
function pausesOf(silence: Silence, rounds: number, from = 0): number[] {
  let before = from
  return Array.from({ length: rounds }, () => {
    const next = silence.nextProbe
    const pause = next - before
    before = next
    silence.begin(next)
    return pause
  })
}

describe('Silence', () => {
  it('lasts from a while after the last packet on', () => {
    const silence = new Silence(1_000)
    silence.broken(2_000)
    expect(silence.lasts(2_000 + SILENCE_MS - 1)).to.equal(false)
    expect(silence.lasts(2_000 + SILENCE_MS)).to.equal(true)
  })

  it('asks each link once a round, newcomers at once, and nobody before', () => {
    const silence = new Silence(0)
    expect(silence.asks(1, SILENCE_MS - 1)).to.equal(false)
    silence.begin(SILENCE_MS)
    expect([1, 1, 2].map((link) => silence.asks(link, SILENCE_MS))).to.deep.equal([true, false, true])
    expect(silence.asks(3, SILENCE_MS + 10)).to.equal(true)
    const again = silence.nextProbe
    silence.begin(again)
    expect(silence.asks(1, again)).to.equal(true)
  })

  it('tells when the round before began, and nothing between rounds', () => {
    const silence = new Silence(0)
    expect(silence.begin(SILENCE_MS)).to.equal(undefined)
    expect(silence.begin(SILENCE_MS + 1)).to.equal(undefined)
    expect(silence.begin(silence.nextProbe)).to.equal(SILENCE_MS)
  })

  it('doubles the pause between rounds, up to a bound, for the show itself may have paused', () => {
    const silence = new Silence(0)
    silence.broken(0)
    const pauses = pausesOf(silence, 7)
    expect(pauses.slice(0, 3)).to.deep.equal([SILENCE_MS, 2 * SILENCE_MS, 4 * SILENCE_MS])
    expect(pauses.at(-1)).to.equal(MAX_PROBE_MS)
  })

  it('is looked into at one pace at first by who has never heard anything, and no longer when that did not help', () => {
    const silence = new Silence(0)
    expect(silence.isEager).to.equal(false)
    const pauses = pausesOf(silence, 8)
    expect(new Set(pauses.slice(1))).to.deep.equal(new Set([2 * SILENCE_MS]))
    expect(silence.isEager).to.equal(false)
    expect(pausesOf(silence, 8, 8 * SILENCE_MS).at(-1)).to.equal(MAX_PROBE_MS)
    const heard = new Silence(0)
    heard.begin(SILENCE_MS)
    expect(heard.isEager).to.equal(true)
    heard.broken(SILENCE_MS + 1)
    heard.begin(2 * SILENCE_MS + 1)
    expect(heard.isEager).to.equal(false)
  })

  it('is forgotten when something comes', () => {
    const silence = new Silence(0)
    silence.begin(SILENCE_MS)
    silence.asks(1, SILENCE_MS)
    silence.broken(SILENCE_MS + 50)
    expect(silence.nextProbe).to.equal(2 * SILENCE_MS + 50)
    silence.begin(silence.nextProbe)
    expect(silence.asks(1, 2 * SILENCE_MS + 50)).to.equal(true)
  })

  it('asks for what would be next', () => {
    expect(new Silence(0).probe(41)).to.deep.equal([42, 43, 44, 45, 46, 47, 48, 49])
  })
})
