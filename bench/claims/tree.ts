/** What the simulated tree makes of shows in which things go wrong: the mean of a few seeds. */

import type { Summary } from '../../src/sim/results/result.js'
import { runsOf, treeScenarios } from '../sim/tree-scenarios.js'
import { atLeast, atMost, type Claim, once, type Seen } from './claim.js'

const COMMAND = 'npm run bench:tree'
const SECONDS = 60

/** What is asked of a scenario: a title, the bar as people read it, and how a mean stands to it. */
type Ask = readonly [string, string, (mean: (of: (summary: Summary) => number) => number) => Seen]

const continuity = (percent: number): Ask => [
  'packets heard in time',
  percent === 100 ? '100 %' : `≥ ${percent} %`,
  (mean) => atLeast(percent, rounded(100 * mean((summary) => summary.continuity), 2), 2, ' %')
]
const gapFree = (percent: number): Ask => [
  'listeners without a gap',
  `≥ ${percent} %`,
  (mean) => atLeast(percent, rounded(100 * mean((summary) => summary.gapFree), 1), 1, ' %')
]
const copies = (most: number): Ask => [
  'copies received',
  `≤ ${most}`,
  (mean) =>
    atMost(
      most,
      mean((summary) => summary.copies),
      2
    )
]
const startUp = (p: 'p50' | 'p99', ms: number): Ask => [
  `start-up ${p}`,
  `≤ ${ms} ms`,
  (mean) =>
    atMost(
      ms,
      mean(({ startupMs }) => startupMs[p]),
      0,
      ' ms'
    )
]

const ASKED: Readonly<Record<string, readonly [string, ...Ask[]]>> = {
  calm: [
    'calm',
    continuity(100),
    copies(1.15),
    [
      'copies that the origin sends',
      '≤ 8',
      (mean) =>
        atMost(
          8,
          mean((summary) => summary.originCopies),
          1
        )
    ],
    startUp('p50', 600),
    startUp('p99', 2000),
    [
      'delay p99',
      '≤ 1500 ms',
      (mean) =>
        atMost(
          1500,
          mean(({ delayMs }) => delayMs.p99),
          0,
          ' ms'
        )
    ]
  ],
  churn: ['10 % a minute vanish', continuity(99.99), gapFree(99.9)],
  'black-holes': [
    '30 % turn into black holes at once',
    continuity(99.99),
    gapFree(99.9),
    [
      'recovered p99',
      '≤ 2000 ms',
      (mean) =>
        atMost(
          2000,
          mean(({ recoveryMs }) => recoveryMs.p99),
          0,
          ' ms'
        )
    ],
    copies(1.3)
  ],
  'half-black-holes': ['50 % at once', continuity(99.5)],
  'busiest-killed': ['the busiest 5 % killed every 5 s', continuity(99.9)],
  'slow-relays': ['20 % of relays are 200–800 ms late', continuity(99.9)],
  'trackers-down': ['no tracker for two thirds of the show', continuity(99.9)],
  'roots-down': ['7 of 8 roots killed', continuity(99.9)],
  'loss-1': ['1 % of packets lost on each line', continuity(99.99)],
  'loss-5': ['5 % lost', continuity(99.9)],
  'loss-10': ['10 % lost', continuity(99)],
  'flash-crowd': [
    'all come within a second',
    [
      'listeners that hear nothing',
      '0',
      (mean) =>
        atMost(
          0,
          mean((summary) => summary.unheard),
          1
        )
    ],
    startUp('p99', 8000)
  ]
}

export function treeClaims(peers: number, seeds: number): Claim[] {
  return treeScenarios(peers, SECONDS).flatMap((scenario) => {
    const runs = once(() => runsOf(scenario, seeds))
    const [title, ...asks] = ASKED[scenario.name]!
    return asks.map(([what, bar, judge]) => ({
      what: `${title}: ${what}`,
      bar,
      see: async () => judge(meanOf(await runs())),
      command: `${COMMAND} -- --only ${scenario.name}`
    }))
  })
}

function meanOf(runs: readonly Summary[]) {
  return (of: (summary: Summary) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length
}

/** A bar of 100 % is met by what is printed as that. */
function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
