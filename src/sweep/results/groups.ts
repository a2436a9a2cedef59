/** What the cells of a sweep come to together: those that differ by their seeds alone are one group. */

import type { CellResult, Figures, Setting } from '../cell.js'
import { type Interval, intervalOf } from './interval.js'

export interface Group {
  readonly scenario: string
  readonly topology: string
  readonly set: Setting
  readonly seeds: readonly number[]
  /** How many times an invariant was violated in any of its cells. */
  readonly violations: number
  /** Each figure of the summaries by its name, as `continuity` or `delayMs.p99`. */
  readonly figures: Readonly<Record<string, Interval>>
}

/** In the order in which they come. */
export function groupsOf(cells: readonly CellResult[]): Group[] {
  const groups = new Map<string, CellResult[]>()
  for (const cell of cells) {
    const key = JSON.stringify([cell.scenario, cell.topology, cell.set])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [cell])
    else group.push(cell)
  }
  return [...groups.values()].map(groupOf)
}

function groupOf(cells: readonly CellResult[]): Group {
  const { scenario, topology, set } = cells[0]!
  const flat = cells.map(({ summary }) => new Map(flatFigures(summary)))
  const names = [...flat[0]!.keys()]
  return {
    scenario,
    topology,
    set,
    seeds: cells.map(({ seed }) => seed),
    violations: cells.reduce((sum, { violations }) => sum + violations, 0),
    figures: Object.fromEntries(
      names.map((name) => [name, intervalOf(flat.map((figures) => figures.get(name)!))])
    )
  }
}

/** The numbers of a summary, one for each name; of what was asked for, nothing. */
export function flatFigures(summary: Figures): [string, number][] {
  return Object.entries(summary).flatMap(([name, value]): [string, number][] => {
    if (name === 'seed') return []
    if (typeof value === 'number') return [[name, value]]
    const parts = Object.entries(typeof value === 'object' ? value : {})
    return parts.map(([part, each]) => [`${name}.${part}`, each as number])
  })
}
