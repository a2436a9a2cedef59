/** How long it takes from `listen()` to the first frame, one listener after another, on loopback. */

import type { Added } from './listeners.js'
import { closeStage, openStage, percentile, Worker } from './stage.js'

const JOINS = 40

export async function measureJoins(): Promise<void> {
  const stage = await openStage(1, 4)
  const worker = new Worker('./listeners.ts')
  const add = { type: 'add', link: stage.show.link, maxChildren: 4 }
  // The first one loads the libraries.
  const first = await worker.ask<Added>({ ...add, count: 1 })
  const { startupMs } = await worker.ask<Added>({ ...add, count: JOINS })
  await worker.end()
  await closeStage(stage)
  console.log(`\nFrom listen() to the first frame, ${JOINS} listeners one after another in one process\n`)
  console.log('| | ms |\n|---|---|')
  console.log(`| first in its process, libraries loading | ${first.startupMs[0]} |`)
  for (const share of [0.5, 0.95, 1]) {
    console.log(`| ${share === 1 ? 'slowest' : `p${share * 100}`} | ${percentile(startupMs, share)} |`)
  }
}
