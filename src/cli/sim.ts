/** `sim`: simulates a show. What it needs is loaded when it is asked for: other commands need none of it. */

import type { Command } from 'commander'
import { collect, whole } from './arguments.js'
import { run } from './run.js'

export interface SimFlags {
  engine: string
  peers?: number
  set?: string[]
  topology: string
  seed: number
  out?: string
  check: boolean
  list?: boolean
  schema?: boolean
  json?: boolean
}

/** Any 32-bit integer is a seed; half of them are easier to type. */
export const MOST_SEED = 2 ** 31 - 1

export function addSim(program: Command, version: string): void {
  program
    .command('sim')
    .summary('simulate a show')
    .description(
      'Simulates a show with the real protocol over a virtual network, and tells what its listeners heard.\n' +
        'The same scenario, topology and seed give the same figures on any machine.'
    )
    .argument('[scenario]', 'a shipped scenario (--list) or a JSON file (--schema)')
    .option('--engine <name>', 'exact, or crowd for millions of peers', 'exact')
    .option('--peers <n>', 'listeners, instead of what the scenario says', whole(1, 10_000_000))
    .option(
      '--set <field=value>',
      'a field of the scenario, as listeners.bufferMs=1000; again for more',
      collect
    )
    .option('--topology <name>', 'how peers feed each other', 'striped')
    .option('--seed <n>', 'fixes everything that is left to chance', whole(0, MOST_SEED), 1)
    .option('--out <dir>', 'where to write the results: report.html, figures, raw data, the tree')
    .option('--no-check', 'leave out the checking of invariants, which takes about a third of the time')
    .option('--list', 'show the shipped scenarios and the topologies')
    .option('--schema', 'print the JSON Schema of scenario files')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((scenario: string | undefined, flags: SimFlags) =>
      run(flags.json === true, async (reporter, signal) => {
        const { act } = await import('./sim-run.js')
        await act(scenario, flags, version, reporter, signal)
      })
    )
}
