/** A sweep's results for programs: every cell, and every group, as CSV; the groups as JSON. */

import type { CellResult } from '../cell.js'
import { flatFigures, type Group } from './groups.js'

/** A line for each cell. */
export function cellsCsv(cells: readonly CellResult[], parameters: readonly string[]): string {
  const names = cells.length === 0 ? [] : flatFigures(cells[0]!.summary).map(([name]) => name)
  const rows = cells.map(({ scenario, topology, set, seed, summary, violations, command }) => [
    scenario,
    topology,
    ...parameters.map((path) => set[path]),
    seed,
    ...flatFigures(summary).map(([, value]) => value),
    violations,
    command
  ])
  return csv([
    ['scenario', 'topology', ...titlesOf(parameters), 'seed', ...names, 'violations', 'command'],
    ...rows
  ])
}

/** A line for each group: means, and beside each, as `… ±`, half of its 95 % interval. */
export function meansCsv(groups: readonly Group[], parameters: readonly string[]): string {
  const names = Object.keys(groups[0]?.figures ?? {})
  const rows = groups.map(({ scenario, topology, set, seeds, figures, violations }) => [
    scenario,
    topology,
    ...parameters.map((path) => set[path]),
    seeds.length,
    ...names.flatMap((name) => [figures[name]!.mean, figures[name]!.half ?? '']),
    violations
  ])
  const titles = names.flatMap((name) => [name, `${name} ±`])
  return csv([['scenario', 'topology', ...titlesOf(parameters), 'seeds', ...titles, 'violations'], ...rows])
}

/** Of columns: `peers` that were asked for are not the `peers` that came. */
function titlesOf(parameters: readonly string[]): string[] {
  return parameters.map((path) => `set.${path}`)
}

function csv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map((value) => field(String(value))).join(',')}\n`).join('')
}

/** RFC 4180. */
function field(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
