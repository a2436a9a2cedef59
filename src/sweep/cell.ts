/** One simulated show of a sweep: a pure command, and what it came to. */

import type { Summary } from '../sim/results/result.js'
import type { Scenario } from '../sim/scenario/scenario.js'
import type { FieldValue } from '../sim/scenario/vary.js'

/** Fields of a scenario by their paths. */
export type Setting = Readonly<Record<string, FieldValue>>

export interface Cell {
  /** As it is simulated: with what `set` says. */
  readonly scenario: Scenario
  readonly isShipped: boolean
  readonly set: Setting
  readonly topology: string
  readonly seed: number
  readonly engine: Summary['engine']
  readonly check: boolean
}

/** What a finished cell leaves. Everything but `wallMs` is a function of the cell and the version. */
export interface CellResult {
  /** The version that simulated it. */
  readonly treecast: string
  readonly command: string
  readonly scenario: string
  readonly topology: string
  readonly set: Setting
  readonly seed: number
  readonly summary: Figures
  /** How many times an invariant was violated: then the figures are not to be trusted. */
  readonly violations: number
  readonly wallMs: number
}

/** A summary without what depends on the machine. */
export type Figures = Omit<Summary, 'wallMs' | 'bytesPerPeer'>

/** The folder of a sweep that holds the scenarios which are not shipped. */
export const SCENARIOS = 'scenarios'

/** The command for a shell in the sweep's folder. With `--out` it leaves all that is known of this cell. */
export function commandOf(cell: Cell): string {
  const { scenario, isShipped, set, topology, seed, engine, check } = cell
  const words = ['treecast', 'sim', isShipped ? scenario.name : `${SCENARIOS}/${scenario.name}.json`]
  for (const [path, value] of Object.entries(set)) words.push('--set', `${path}=${JSON.stringify(value)}`)
  words.push('--topology', topology, '--seed', String(seed))
  if (engine !== 'exact') words.push('--engine', engine)
  if (!check) words.push('--no-check')
  return words.map(quoted).join(' ')
}

/** What a shell takes as one word. */
export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
