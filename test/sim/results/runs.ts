/** Small shows that tests of results look at; each is simulated once. */

import type { Result } from '../../../src/sim/results/result.js'
import { readScenario } from '../../../src/sim/scenario/schema.js'
import { simulate } from '../../../src/sim/simulate.js'

export const SMALL = readScenario(
  {
    name: 'small',
    about: 'Half a minute with <tags>, "quotes" & a fault.',
    peers: 40,
    show: { seconds: 16 },
    crowd: { arrivals: { early: 0.6, rush: 0.4, rushS: 8 } },
    roots: 2,
    faults: [{ atS: 8, what: 'black-hole', share: 0.3, forS: 4 }],
    snapshots: [7, 12.5]
  },
  'small'
)

let made: Promise<Result> | undefined

export function small(): Promise<Result> {
  return (made ??= simulate(SMALL, { seed: 3 }))
}

/** The same show, ended after so many of its seconds; below 0 before it begins. */
export function endedEarly(after: number): Promise<Result> {
  const abort = new AbortController()
  return simulate(SMALL, {
    seed: 3,
    signal: abort.signal,
    onProgress: ({ second }) => {
      if (second >= 120 + after) abort.abort()
    }
  })
}
