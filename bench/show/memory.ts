/** Memory that one more listener takes: a process with many of them against one with a single one. */

import type { Added, Measured } from './listeners.js'
import { closeStage, openStage, Worker } from './stage.js'

const MORE = 20

export async function measureMemory(): Promise<void> {
  const stage = await openStage(1, 8)
  const worker = new Worker('./listeners.ts')
  const add = { type: 'add', link: stage.show.link, maxChildren: 4 }
  await worker.ask<Added>({ ...add, count: 1 })
  const one = await worker.ask<Measured>({ type: 'measure' })
  await worker.ask<Added>({ ...add, count: MORE })
  const many = await worker.ask<Measured>({ type: 'measure' })
  await worker.end()
  await closeStage(stage)
  const each = (many.memory - one.memory) / MORE
  console.log('\nMemory (resident, after a collection)\n')
  console.log('| | MB |\n|---|---|')
  console.log(`| a process with one listener | ${(one.memory / 1e6).toFixed(0)} |`)
  console.log(`| each further listener in it | ${(each / 1e6).toFixed(1)} |`)
}
