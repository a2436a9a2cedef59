/**
 * `npm run claims -- [--only TEXT] [--peers N] [--seeds N]`: measures what the README claims, here and now, and prints its table: each
 * claim with its bar, the figure that is seen, and the command that shows more. All of it takes about a quarter of an hour.
 */

import { parseArgs } from 'node:util'
import { type Claim, row } from './claim.js'
import { COST } from './cost.js'
import { PROCESSES } from './processes.js'
import { treeClaims } from './tree.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    peers: { type: 'string', default: '150' },
    seeds: { type: 'string', default: '3' }
  }
})
const { only = '' } = values
const peers = Number(values.peers)
const seeds = Number(values.seeds)

console.log('| claim | bar | seen | | more |\n| --- | --- | --- | --- | --- |')
await print('cost', COST)
await print('20 peers in real processes over loopback, 10 packets a second', PROCESSES)
await print(`a simulated tree of ${peers} peers, mean of ${seeds} seeds`, treeClaims(peers, seeds))

/** Each as soon as it is known. */
async function print(title: string, claims: readonly Claim[]): Promise<void> {
  const asked = claims.filter(({ what }) => title.includes(only) || what.includes(only))
  if (asked.length > 0) console.log(`| **${title}** | | | | |`)
  for (const claim of asked) console.log(await row(claim))
}
