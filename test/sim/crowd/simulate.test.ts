import { expect } from 'chai'
import { DEFAULT_SPARES, SAMPLE_ONE_IN } from '../../../src/protocol/limits.js'
import { simulateCrowd } from '../../../src/sim/crowd/simulate.js'
import { resultFiles } from '../../../src/sim/results/files.js'
import type { Result, Summary } from '../../../src/sim/results/result.js'
import { readScenario } from '../../../src/sim/scenario/schema.js'
import { shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'
import { simulate } from '../../../src/sim/simulate.js'

const show = (given: object): ReturnType<typeof readScenario> =>
  readScenario({ name: 'x', ...given }, 'the test')

/** A room without losses, NATs and chance in the lines, in which everybody uploads four copies. */
const ROOM = {
  peers: 2_000,
  show: { seconds: 60 },
  crowd: {
    arrivals: { within: { fromS: -60, forS: 50 } },
    mobile: 0,
    leaves: 0,
    uplink: { fixedMbps: 1_000, sigma: 0 }
  },
  network: { rttMs: 80, jitterMs: 0, loss: { fixed: 0, mobile: 0 }, nat: false },
  listeners: { verifyMs: 0 }
}

/** Its files, but for what it cost. */
function bytesOf(result: Result): string {
  const summary: Summary = { ...result.summary, wallMs: 0, bytesPerPeer: 0 }
  return JSON.stringify([...resultFiles({ ...result, summary }, { version: 'x' })])
}

describe('the crowd engine', () => {
  it('is what closed forms say, where there are any', async () => {
    const { summary, delayByDepth } = await simulateCrowd(show(ROOM))
    expect(summary).to.deep.include({ peers: 2_000, continuity: 1, gapFree: 1, unheard: 0 })
    // The origin's slots are all taken; up to two spares send a sixteenth each.
    expect(summary.originCopies).to.be.closeTo(8, 0.01)
    expect(summary.copies).to.be.within(1.07, 1 + DEFAULT_SPARES / SAMPLE_ONE_IN + 0.005)
    // Four children a stripe: eight stand below the origin, 32 below these, and so on; 2,000 do not fit above the fourth level.
    expect(summary.depth.max).to.be.within(5, 9)
    // A link is half a round trip, and what is sent before on the line.
    for (const { depth, p50 } of delayByDepth) expect(p50 / depth).to.be.within(40, 41.5)
  })

  it('gives the same bytes for the same seed, and others for another', async () => {
    const scenario = { ...shippedScenarios.churn!, peers: 200 }
    const first = bytesOf(await simulateCrowd(scenario, { seed: 5 }))
    expect(bytesOf(await simulateCrowd(scenario, { seed: 5 })) === first).to.equal(true)
    expect(bytesOf(await simulateCrowd(scenario, { seed: 6 })) === first).to.equal(false)
  })

  it('comes to what the exact engine comes to', async () => {
    const scenario = show({
      peers: 60,
      show: { seconds: 30 },
      crowd: { arrivals: { within: { fromS: 1, forS: 20 } } }
    })
    const runs: { readonly exact: Summary; readonly crowd: Summary }[] = []
    for (const seed of [1, 2]) {
      const { summary: exact } = await simulate(scenario, { seed, check: false })
      runs.push({ exact, crowd: (await simulateCrowd(scenario, { seed })).summary })
    }
    const ratio = (of: (summary: Summary) => number): number => {
      const sum = (engine: 'exact' | 'crowd'): number => runs.reduce((all, run) => all + of(run[engine]), 0)
      return sum('crowd') / sum('exact')
    }
    const ratios = {
      continuity: ratio(({ continuity }) => continuity),
      copies: ratio(({ copies }) => copies),
      originCopies: ratio(({ originCopies }) => originCopies),
      startup: ratio(({ startupMs }) => startupMs.p50),
      delay: ratio(({ delayMs }) => delayMs.p50)
    }
    console.log(
      `      crowd over exact, two seeds: ${JSON.stringify(ratios, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(3)) : value))}`
    )
    expect(runs.map(({ exact, crowd }) => exact.peers - crowd.peers)).to.deep.equal([0, 0])
    expect(ratios.continuity).to.be.closeTo(1, 0.001)
    expect(ratios.copies).to.be.closeTo(1, 0.05)
    expect(ratios.originCopies).to.be.closeTo(1, 0.1)
    expect(ratios.startup).to.be.closeTo(1, 0.25)
    expect(ratios.delay).to.be.closeTo(1, 0.25)
  })

  it('mends what black holes, and killed and vanished peers leave behind', async () => {
    for (const name of ['black-holes', 'busiest-killed', 'churn']) {
      const { summary } = await simulateCrowd({ ...shippedScenarios[name]!, peers: 150 })
      expect(summary.continuity, name).to.be.above(0.999)
      expect(summary.recoveryMs.p50, name).to.be.within(50, 1_000)
    }
  })

  it('lets newcomers in by tickets while all trackers are down', async () => {
    const { summary, timeline } = await simulateCrowd({ ...shippedScenarios['trackers-down']!, peers: 500 })
    const joined = timeline.slice(70, 260).reduce((sum, second) => sum + second.joined, 0)
    expect(joined).to.be.above(100)
    expect(summary.unheard).to.be.below(joined / 50)
  })

  it('lets people in through those who listen while trackers, origin and roots are flooded', async () => {
    const night = shippedScenarios['spaces-2024-08-12']!
    const short = { ...night, peers: 1_000, show: { ...night.show, seconds: 30 }, snapshots: [] }
    const flooded = await simulateCrowd(short)
    const withoutTickets = await simulateCrowd({
      ...short,
      crowd: { ...short.crowd, tickets: { share: 0, ageS: 60 } }
    })
    // Who hears nothing goes and comes back: each time counts.
    const heard = ({ timeline }: Result): number => timeline.at(-1)!.hearing / timeline.at(-1)!.here
    expect(heard(flooded)).to.be.above(0.95)
    expect(heard(withoutTickets)).to.be.below(heard(flooded))
    expect(withoutTickets.summary.peers).to.be.above(flooded.summary.peers)
    expect(flooded.summary.originCopies).to.be.at.most(16.01)
  })

  it('is told what it does not know', async () => {
    const scenario = show({ faults: [{ atS: 1, what: 'mute', share: 0.1 }] })
    const thrown = await simulateCrowd(scenario).then(
      () => undefined,
      (error: unknown) => error as Error
    )
    expect(thrown?.message).to.match(/faults\[0\].*--engine exact/)
    const hostile = show({ crowd: { hostile: { share: 0.1, how: ['flip'] } } })
    const refused = await simulateCrowd(hostile).then(
      () => undefined,
      (error: unknown) => error as Error
    )
    expect(refused?.message).to.match(/crowd\.hostile.*--engine exact/)
  })

  it('ends early with what it has', async () => {
    const aborter = new AbortController()
    const { timeline, summary } = await simulateCrowd(show(ROOM), {
      signal: aborter.signal,
      onProgress: ({ second }) => {
        if (second === 130) aborter.abort()
      }
    })
    expect(timeline.length).to.equal(10)
    expect(summary.continuity).to.equal(1)
    expect(summary.originCopies).to.be.closeTo(8, 0.1)
  })
})
