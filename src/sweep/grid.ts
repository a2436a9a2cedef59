/** A grid of simulated shows, and the cells that it has: every topology on every scenario with every value of every parameter and every seed. */

import { TreecastError } from '../protocol/errors.js'
import type { Scenario } from '../sim/scenario/scenario.js'
import { type FieldValue, varyScenario } from '../sim/scenario/vary.js'
import type { Cell, Setting } from './cell.js'

export interface Grid {
  /** Letters, digits and hyphens: names the results. */
  readonly name: string
  /** What it shows, in a sentence or two. */
  readonly about: string
  readonly scenarios: readonly GridScenario[]
  readonly topologies: readonly string[]
  /** Fields of the scenarios by their paths, each with the values that it takes in turn. */
  readonly set: Readonly<Record<string, readonly FieldValue[]>>
  readonly seeds: readonly number[]
  readonly engine: Cell['engine']
  /** Whether invariants are checked. */
  readonly check: boolean
}

export interface GridScenario {
  readonly scenario: Scenario
  /** It goes by its name alone; of the others a sweep keeps a file. */
  readonly isShipped: boolean
}

/** A week of a hundred cores at a minute each; and what a report, a folder and a queue bear. */
export const MOST_CELLS = 1_000_000

/**
 * The cells in their order: seeds go round first, then values of parameters, topologies, scenarios.
 *
 * @throws TreecastError `bad-scenario` where a scenario may not have a value; `bad-option` where there are too many cells
 */
export function cellsOf(grid: Grid): Cell[] {
  const settings = settingsOf(grid.set)
  const count = grid.scenarios.length * grid.topologies.length * settings.length * grid.seeds.length
  if (count > MOST_CELLS)
    throw new TreecastError('bad-option', `the grid has ${count} cells; at most ${MOST_CELLS} can be swept`)
  const { engine, check } = grid
  return grid.scenarios.flatMap(({ scenario, isShipped }) => {
    const varied = settings.map((set) => ({ set, scenario: varyScenario(scenario, set) }))
    return grid.topologies.flatMap((topology) =>
      varied.flatMap((each) =>
        grid.seeds.map((seed): Cell => ({ ...each, isShipped, topology, seed, engine, check }))
      )
    )
  })
}

/** Every value of every parameter with every other; the last parameter goes round first. */
function settingsOf(set: Grid['set']): Setting[] {
  let settings: Setting[] = [{}]
  for (const [path, values] of Object.entries(set))
    settings = settings.flatMap((before) => values.map((value) => ({ ...before, [path]: value })))
  return settings
}
