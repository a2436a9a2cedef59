import { expect } from 'chai'
import { arrivals, person } from '../../src/sim/crowd.js'
import { stream } from '../../src/sim/draws.js'
import { roundTripMs, somewhere } from '../../src/sim/geography.js'
import { canConnect, someNat } from '../../src/sim/nat.js'
import { readScenario } from '../../src/sim/scenario/schema.js'

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(share * sorted.length)]!
const ascending = (values: number[]): number[] => values.sort((a, b) => a - b)

describe('the simulated world', () => {
  it('has round trips as they were measured on the internet', () => {
    const random = stream(1, 'places')
    const places = Array.from({ length: 2_000 }, () => somewhere(random))
    const trips = ascending(
      Array.from({ length: 40_000 }, () => {
        const [a, b] = random.sample(places, 2)
        return roundTripMs(a!, b!)
      })
    )
    const seen = [0.1, 0.5, 0.9, 0.99].map((share) => quantile(trips, share))
    console.log(
      `      round trips p10/50/90/99: ${seen.map(Math.round).join('/')} ms, measured 32/135/291/413`
    )
    for (const [i, expected] of [32, 135, 291, 413].entries()) {
      expect(seen[i]).to.be.within(expected * 0.9, expected * 1.1)
    }
  })

  it('lets between 78 % and 86 % of pairs connect', () => {
    const random = stream(1, 'nats')
    const pairs = Array.from({ length: 20_000 }, () => canConnect(someNat(random), someNat(random)))
    const share = pairs.filter(Boolean).length / pairs.length
    console.log(`      ${(100 * share).toFixed(1)} % of pairs connect`)
    expect(share).to.be.within(0.78, 0.86)
  })

  it('has people who come, stay and upload as the scenario says', () => {
    const scenario = readScenario({ name: 'x', peers: 10_000, crowd: { sessions: {} } }, 'x')
    const times = [...arrivals(scenario, 1, 120_000)]
    const share = (test: (at: number) => boolean): number => times.filter(test).length / times.length
    expect(times).to.deep.equal(ascending([...times]))
    // Three in ten early, and half of the three in ten that come within a minute of the begin.
    expect(share((at) => at < 120_000)).to.be.closeTo(0.45, 0.02)
    expect(share((at) => at >= 180_000)).to.be.closeTo(0.4 * Math.exp(-60 / 300), 0.02)
    const people = times.map((_, n) => person(scenario, 1, n))
    const stays = ascending(people.map(({ staysMs }) => staysMs / 1000))
    expect(quantile(stays, 0.1)).to.be.within(8, 25)
    expect(quantile(stays, 0.625)).to.be.closeTo(25 * 60, 120)
    const mobile = people.filter(({ isMobile }) => isMobile)
    expect(mobile.length / people.length).to.be.closeTo(0.4, 0.02)
    expect(quantile(ascending(mobile.map(({ line }) => line.uplinkKbps)), 0.5)).to.be.closeTo(8_000, 600)
    expect(mobile.every(({ line }) => line.loss === 0.02)).to.equal(true)
  })

  it('has the very same person n, whatever else is drawn', () => {
    const scenario = readScenario({ name: 'x', peers: 10 }, 'x')
    const other = readScenario(
      { name: 'other', peers: 99, faults: [{ atS: 1, what: 'kill', count: 1 }] },
      'x'
    )
    expect(person(scenario, 5, 7)).to.deep.equal(person(other, 5, 7))
    expect(person(scenario, 5, 7)).to.not.deep.equal(person(scenario, 6, 7))
  })
})
