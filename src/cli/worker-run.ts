/** What `worker` does. */

import { availableParallelism } from 'node:os'
import { openPool } from '../sweep/pool.js'
import { openQueue } from '../sweep/queue.js'
import { takeCells } from '../sweep/take.js'
import { plural, printable, type Reporter } from './reporter.js'
import type { Installed } from './sweep.js'
import type { WorkerFlags } from './worker.js'

export async function act(
  { redis, jobs = availableParallelism(), lease }: WorkerFlags,
  { version, thread }: Installed,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  const queue = await openQueue(redis, version)
  const pool = await openPool(jobs, thread)
  let done = 0
  let trouble = ''
  reporter.event(
    'ready',
    { redis: queue.address, jobs, version },
    `waiting at ${queue.address} for cells of treecast ${version}, ${jobs} at a time; Ctrl-C ends it`
  )
  try {
    await takeCells(
      queue,
      {
        jobs,
        lapseMs: lease * 1000,
        run: (cell) => pool.run({ cell, version }, signal),
        onBegun: (command) => reporter.event('begun', { command }),
        onDone: ({ command, wallMs }) => {
          done++
          reporter.event('cell', { command, wallMs })
          reporter.progress(`${plural(done, 'cell')} so far`)
        },
        onFailed: (why) => reporter.event('failed', { why }, `failed: ${printable(why)}`),
        onTrouble: (why) => {
          if (why !== trouble) reporter.say(`${queue.address}: ${printable(why)}; trying again`)
          trouble = why
        }
      },
      signal
    )
  } finally {
    await pool.close()
  }
  reporter.event('ended', { cells: done }, `${plural(done, 'cell')} simulated`)
}
