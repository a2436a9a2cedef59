/** `worker`: simulates cells of sweeps that wait in a Redis. What it needs is loaded when it is asked for. */

import type { Command } from 'commander'
import { positive, whole } from './arguments.js'
import { run } from './run.js'
import { type Installed, MOST_JOBS } from './sweep.js'

export interface WorkerFlags {
  redis: string
  jobs?: number
  lease: number
  json?: boolean
}

/** A processor that is held up, or a network that is away, for so long does not cost a cell, s. */
const LEASE_S = 30

export function addWorker(program: Command, installed: Installed): void {
  program
    .command('worker')
    .summary('simulate cells of sweeps from a Redis')
    .description(
      'Takes cells that treecast sweep --redis has put into a Redis, and simulates them until it is ended.\n' +
        'Whatever it cannot finish is taken up by another. It needs the same version of treecast as the sweep.'
    )
    .requiredOption('--redis <url>', 'where cells wait, as redis://host:6379')
    .option('--jobs <n>', 'cells at a time (default: one for each processor)', whole(1, MOST_JOBS))
    .option(
      '--lease <s>',
      'who was not heard of for so long has lost its cells to others',
      positive(3_600),
      LEASE_S
    )
    .option('--json', 'events on stdout, one JSON object a line')
    .action((flags: WorkerFlags) =>
      run(flags.json === true, async (reporter, signal) => {
        const { act } = await import('./worker-run.js')
        await act(flags, installed, reporter, signal)
      })
    )
}
