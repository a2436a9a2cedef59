/**
 * `npm run bench:hostile -- [--peers N] [--seconds N] [--seeds N] [--only NAME]`: crowds with strangers who cheat, as the table that
 * stands in docs/hostile.md. Only the honest are judged; invariants are checked at every event.
 */

import { parseArgs } from 'node:util'
import { hostileFigures, hostileScenarios } from './hostile-scenarios.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true }
  }
})
const peers = Number(values.peers)
const seeds = Number(values.seeds)

console.log(
  '| scenario | runs | honest | hostile | bad packets | violations | continuity %, mean | worst run | heard within 10 s % | start-up p99 ms, worst | depth 1 held by hostile % |'
)
console.log(`|---|${'---:|'.repeat(10)}`)
for (const scenario of hostileScenarios(peers, Number(values.seconds))) {
  if (values.only?.includes(scenario.name) === false) continue
  const { honest, hostile, badPackets, violations, continuity, worst, within, startUp, atTop } =
    await hostileFigures(scenario, seeds)
  const percent = (share: number, digits: number): string => (100 * share).toFixed(digits)
  const cells = [
    scenario.name,
    seeds,
    honest,
    hostile,
    badPackets,
    violations,
    percent(continuity, 3),
    percent(worst, 3),
    percent(within, 2),
    startUp,
    percent(atTop, 1)
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
