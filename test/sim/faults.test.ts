import { expect } from 'chai'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import type { Result } from '../../src/sim/results/result.js'

const CALM = {
  name: 'calm',
  peers: 60,
  show: { seconds: 30 },
  crowd: { arrivals: { within: { fromS: -30, forS: 20 } } },
  network: { loss: { fixed: 0, mobile: 0 } }
}

function play(...faults: object[]): Promise<Result> {
  return simulate(readScenario({ ...CALM, faults }, 'here'), { seed: 2 })
}

const gone = ({ peers }: Result): number => peers.filter(({ leftS }) => leftS !== null).length
const lowest = ({ timeline }: Result): number => Math.min(...timeline.map(({ continuity }) => continuity))

describe('a fault', () => {
  it('is felt only where there is one', async () => {
    const result = await play()
    expect(result.violations).to.deep.equal([])
    const { continuity, gapFree, copies, originCopies, recoveryMs } = result.summary
    expect({ continuity, gapFree, recovery: recoveryMs.max }).to.deep.equal({
      continuity: 1,
      gapFree: 1,
      recovery: 0
    })
    expect(copies).to.be.within(1, 1.4)
    expect(originCopies).to.be.within(1, 12)
    expect(gone(result)).to.equal(0)
  })

  it('kill ends its victims, and others repair within seconds', async () => {
    const result = await play({ atS: 10, what: 'kill', share: 0.25 })
    expect(gone(result)).to.equal(15)
    expect(result.peers.filter(({ leftS }) => leftS === 10).length).to.equal(15)
    expect(result.timeline.find(({ second }) => second === 10)!.left).to.equal(15)
    expect(result.summary.recoveryMs.max).to.be.within(100, 5_000)
    expect(result.timeline.at(-1)!.continuity).to.equal(1)
  })

  it('vanish is worse than kill: nobody is told', async () => {
    const killed = await play({ atS: 10, what: 'kill', share: 0.25 })
    const vanished = await play({ atS: 10, what: 'vanish', share: 0.25 })
    expect(gone(vanished)).to.equal(15)
    expect(vanished.summary.recoveryMs.p95).to.be.above(killed.summary.recoveryMs.p95)
  })

  it('black-hole leaves its victims with all they hear', async () => {
    const result = await play({ atS: 10, what: 'black-hole', share: 0.3 })
    expect(gone(result)).to.equal(0)
    expect(result.summary.continuity).to.be.within(0.98, 1)
    expect(result.timeline.at(-1)!.continuity).to.equal(1)
  })

  it('freeze takes its victims out for a while, and they come back', async () => {
    const result = await play({ atS: 10, what: 'freeze', share: 0.2, forS: 8 })
    expect(gone(result)).to.equal(0)
    expect(lowest(result)).to.be.within(0.7, 0.99)
    expect(result.timeline.at(-1)!.continuity).to.equal(1)
  })

  it('slow is not lost', async () => {
    const result = await play({ atS: 10, what: 'slow', share: 0.2, delayMs: [200, 800] })
    expect(result.summary.delayMs.p99).to.be.above((await play()).summary.delayMs.p99)
    expect(result.summary.continuity).to.be.above(0.99)
  })

  it('mute cuts one way', async () => {
    const result = await play({ atS: 10, what: 'mute', share: 0.2, forS: 5 })
    expect(gone(result)).to.equal(0)
    expect(result.summary.recoveryMs.max).to.be.above(300)
    expect(result.timeline.at(-1)!.continuity).to.equal(1)
  })

  it('trackers-down is not heard', async () => {
    const result = await play({ atS: 5, what: 'trackers-down', forS: 15 })
    expect(result.summary.gapFree).to.equal(1)
    expect(result.timeline.find(({ second }) => second === 10)!.trackerKbps).to.equal(0)
    expect(result.timeline.slice(20).some(({ trackerKbps }) => trackerKbps > 0)).to.equal(true)
  })

  it('flood keeps newcomers out, who go and come back, and is not heard by those who are in', async () => {
    const scenario = readScenario(
      {
        name: 'x',
        peers: 20,
        show: { seconds: 40 },
        crowd: {
          arrivals: { within: { fromS: 0, forS: 20 } },
          impatience: { meanS: 3, returns: 1, returnsAfterS: 2 }
        },
        faults: [{ atS: 10, what: 'flood', targets: ['trackers', 'origin'], admits: 0, forS: 15 }]
      },
      'the test'
    )
    const { peers, timeline, summary } = await simulate(scenario, { check: false })
    // Nobody who comes gets in while all is drowned; those who were in hear on; afterwards all do.
    const duringFlood = peers.filter(({ cameS }) => cameS > 11 && cameS < 18)
    expect(duringFlood.length).to.be.above(4)
    expect(
      duringFlood.some(({ cameS, startupMs }) => startupMs !== null && cameS * 1000 + startupMs < 25_000)
    ).to.equal(false)
    expect(timeline[20]!.hearing).to.be.above(3)
    expect(timeline[20]!.continuity).to.equal(1)
    expect(summary.peers).to.be.above(20)
    expect(timeline.at(-1)!.hearing).to.be.above(15)
  })

  it('loss is repaired', async () => {
    const result = await play({ atS: 5, what: 'loss', loss: 0.05, forS: 20 })
    expect(result.summary.delayMs.p99).to.be.above((await play()).summary.delayMs.p99)
    expect(result.summary.continuity).to.be.above(0.99)
  })

  it('meets the newest, where it is told to', async () => {
    const { peers } = await play({ atS: 10, what: 'kill', count: 5, choose: 'newest' })
    const cameBefore = peers.filter(({ cameS }) => cameS <= 10).sort((a, b) => b.cameS - a.cameS)
    expect(cameBefore.slice(0, 5).every(({ leftS }) => leftS === 10)).to.equal(true)
    expect(cameBefore.slice(5).every(({ leftS }) => leftS === null)).to.equal(true)
  })

  it('comes again as often as it is told to', async () => {
    const result = await play({ atS: 5, what: 'kill', count: 2, choose: 'busiest', everyS: 5, untilS: 15 })
    expect(result.peers.flatMap(({ leftS }) => leftS ?? []).sort((a, b) => a - b)).to.deep.equal([
      5, 5, 10, 10, 15, 15
    ])
  })
})
