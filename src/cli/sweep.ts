/** `sweep`: simulates a whole grid of shows. What it needs is loaded when it is asked for. */

import { type Command, InvalidArgumentError } from 'commander'
import { collect, whole } from './arguments.js'
import { run } from './run.js'

export interface SweepFlags {
  scenario?: string[]
  topology?: string[]
  peers?: string
  set?: string[]
  seeds?: string
  engine?: string
  check: boolean
  out?: string
  jobs?: number | 'slurm' | 'parallel'
  redis?: string
  cell?: string
  list?: boolean
  schema?: boolean
  json?: boolean
}

/** More threads than any machine has processors. */
export const MOST_JOBS = 1_024

/** What a sweep must know of the command that it is part of. */
export interface Installed {
  /** Of treecast. */
  readonly version: string
  /** The script that worker threads run. */
  readonly thread: URL
}

export function addSweep(program: Command, installed: Installed): void {
  program
    .command('sweep')
    .summary('simulate a grid of shows, on threads or many machines')
    .description(
      'Simulates every topology on every scenario with every value of every parameter and every seed, and makes one report of all.\n' +
        'A sweep that was interrupted goes on where it was: the same command, or its folder, simulates what is missing.'
    )
    .argument('[grid]', 'a JSON file (--schema), or the folder of an earlier sweep')
    .option('--scenario <names>', 'shipped scenarios or files, as calm,churn; again for more', list)
    .option('--topology <names>', 'how peers feed each other, as striped,tree', list)
    .option('--peers <numbers>', 'listeners, as 100,200: short for --set peers=100,200')
    .option(
      '--set <field=values>',
      'a field of the scenarios, as listeners.bufferMs=1000,2000; again for more',
      collect
    )
    .option('--seeds <seeds>', 'as 1-10 or 1,2,7')
    .option('--engine <name>', 'exact, or crowd for millions of peers (default: exact)')
    .option('--no-check', 'leave out the checking of invariants, which takes about a third of the time')
    .option('--out <dir>', 'where to keep cells and results (default: <name of the grid>.results)')
    .option(
      '--jobs <n|slurm|parallel>',
      'cells at a time (default: one for each processor), or writes files for Slurm or GNU parallel',
      jobs
    )
    .option('--redis <url>', 'hand the cells to any number of machines that run treecast worker')
    .option('--cell <id>', "simulate one cell of the sweep's folder, and no more: for schedulers")
    .option('--list', "print each cell's command, and simulate nothing")
    .option('--schema', 'print the JSON Schema of grid files')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((grid: string | undefined, flags: SweepFlags) =>
      run(flags.json === true, async (reporter, signal) => {
        const { act } = await import('./sweep-run.js')
        await act(grid, flags, installed, reporter, signal)
      })
    )
}

function list(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(',')]
}

function jobs(text: string): number | 'slurm' | 'parallel' {
  if (text === 'slurm' || text === 'parallel') return text
  try {
    return whole(1, MOST_JOBS)(text)
  } catch {
    throw new InvalidArgumentError(`It must be a number from 1 to ${MOST_JOBS}, slurm or parallel.`)
  }
}
