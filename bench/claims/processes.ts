/** What real processes make of peers that are killed and frozen. */

import { CONTENDERS } from '../rivals/contenders.js'
import { type Outcome, type Plan, run } from '../rivals/run.js'
import { atMost, type Claim, once, type Seen } from './claim.js'

const PLAN: Plan = { peers: 20, rate: 10 }

const show = once(() =>
  run(
    process.execPath,
    CONTENDERS.find(({ name }) => name === 'treecast')!,
    PLAN
  )
)

const about = (what: string, bar: string, judge: (outcome: Outcome) => Seen): Claim => ({
  what,
  bar,
  see: async () => judge(await show()),
  command: 'npm run bench:rivals'
})

export const PROCESSES: readonly Claim[] = [
  about('copies that a peer receives', '≤ 1.15', ({ copies }) => atMost(1.15, copies, 2)),
  about('a fifth killed (`kill -9`): survivors that missed anything', '0', ({ killed }) =>
    atMost(0, killed.peersThatMissed, 0)
  ),
  about('another fifth frozen (`SIGSTOP`): survivors that missed anything', '0', ({ frozen }) =>
    atMost(0, frozen.peersThatMissed, 0)
  )
]
