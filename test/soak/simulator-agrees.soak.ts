import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scenario } from '../../src/sim/scenario/scenario.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import { endAll, SHOW, startBroadcast, startTracker, stop, Treecast } from '../e2e/processes.js'

const FIXTURE = fileURLToPath(new URL('../e2e/fixtures/listeners.js', import.meta.url))
const PROCESSES = 8
const LISTENERS_EACH = 5
/** Processes that are killed, the last to come: nobody's start is missed. */
const KILLED = 2
const SHOW_S = 61.9
/** How far the figures may be apart. */
const TOLERANCE = 0.05
const SEEDS = [1, 2, 3, 4, 5]

interface Figures {
  readonly continuity: number
  readonly startupMs: number
  readonly copies: number
  readonly originCopies: number
}

describe('the simulator and real processes', function () {
  this.timeout(240_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-agree-'))
  })
  after(async () => {
    await endAll()
    await rm(folder, { recursive: true })
  })

  it('agree on one show of forty listeners, ten of whom are killed', async () => {
    const { tracker, url } = await startTracker()
    const { origin, link } = await startBroadcast(url, SHOW, '--max-children', '4')
    const begun = performance.now()
    const seconds = (): number => (performance.now() - begun) / 1000
    const processes: Treecast[] = []
    const cameS: number[] = []
    for (let i = 0; i < PROCESSES; i++) {
      const prefix = join(folder, String(i))
      const listeners = new Treecast(process.execPath, [FIXTURE, link, String(LISTENERS_EACH), prefix])
      processes.push(listeners)
      await Promise.all(
        Array.from({ length: LISTENERS_EACH }, (_, n) => listeners.event('playing', (e) => e.index === n))
      )
      cameS.push(seconds())
    }
    const killedS = seconds()
    for (const { child } of processes.slice(-KILLED)) child.kill('SIGKILL')
    const { copies: originCopies } = await origin.event('ended')
    const survivors = processes.slice(0, -KILLED)
    for (const listeners of survivors) expect(await listeners.exit, listeners.stderr).to.equal(0)
    expect(await stop(tracker)).to.equal(0)

    const startups = processes.map((listeners) => startupsOf(listeners))
    const summaries = survivors.flatMap(({ events }) => events.filter(({ event }) => event === 'ended'))
    expect(summaries).to.have.length((PROCESSES - KILLED) * LISTENERS_EACH)
    const real: Figures = {
      continuity: mean(summaries, ({ packets, gaps }) => Number(packets) / (Number(packets) + Number(gaps))),
      startupMs: median(startups.flat()),
      copies: mean(summaries, ({ packets, duplicates }) => 1 + Number(duplicates) / Number(packets)),
      originCopies: Number(originCopies)
    }

    const fromS = Math.max(0, cameS[0]! - median(startups[0]!) / 1000)
    const scenario = loopback({ fromS, forS: killedS - fromS }, killedS, median(startups[0]!))
    const runs = await Promise.all(SEEDS.map((seed) => play(scenario, seed)))
    const simulated: Figures = {
      continuity: mean(runs, ({ continuity }) => continuity),
      startupMs: mean(runs, ({ startupMs }) => startupMs),
      copies: mean(runs, ({ copies }) => copies),
      originCopies: mean(runs, ({ originCopies: each }) => each)
    }
    console.log(`      real       ${told(real)}\n      simulated  ${told(simulated)}`)
    for (const figure of ['continuity', 'copies', 'originCopies'] as const) {
      expect(simulated[figure], figure).to.be.closeTo(real[figure], TOLERANCE * real[figure])
    }
  })
})

/** The same show in the simulator. What a handshake costs on this machine is taken from the first process's start-up. */
function loopback(within: { fromS: number; forS: number }, killS: number, firstStartupMs: number): Scenario {
  return readScenario(
    {
      name: 'loopback',
      peers: PROCESSES * LISTENERS_EACH,
      show: { seconds: SHOW_S },
      crowd: {
        arrivals: { within },
        leaves: 0,
        mobile: 0,
        uplink: { fixedMbps: 1_000, sigma: 0 }
      },
      network: {
        rttMs: 0.2,
        jitterMs: 0,
        nat: false,
        loss: { fixed: 0, mobile: 0 },
        // A start is two handshakes, one after the other: with the tracker, and with the first peers.
        setupRtts: 4,
        setupMs: firstStartupMs / 4
      },
      listeners: { pace: 'eager', bufferMs: 5_000, uploadShare: 1, maxUploadKbps: 1_000_000 },
      origin: { maxChildren: 4 },
      faults: [{ atS: killS, what: 'kill', count: KILLED * LISTENERS_EACH, choose: 'newest' }]
    },
    'the test'
  )
}

async function play(scenario: Scenario, seed: number): Promise<Figures> {
  const { peers, summary, violations } = await simulate(scenario, { seed })
  expect(violations).to.deep.equal([])
  const survivors = peers.filter(({ leftS }) => leftS === null)
  return {
    continuity: mean(survivors, ({ played, due }) => played / due),
    startupMs: summary.startupMs.p50,
    copies: mean(survivors, ({ received, fresh }) => received / fresh),
    originCopies: summary.originCopies
  }
}

function startupsOf({ events }: Treecast): number[] {
  return events.filter(({ event }) => event === 'playing').map(({ startupMs }) => Number(startupMs))
}

function mean<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0) / items.length
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

function told({ continuity, startupMs, copies, originCopies }: Figures): string {
  return (
    `continuity ${(100 * continuity).toFixed(2)} %, start-up p50 ${startupMs.toFixed(0)} ms, ` +
    `${copies.toFixed(3)} copies received, ${originCopies.toFixed(2)} uploaded by the origin`
  )
}
