/** A sweep's results as files. Every byte is a function of the grid, what is finished of it, and the version. */

import type { CellResult } from '../cell.js'
import type { Grid } from '../grid.js'
import { groupsOf } from './groups.js'
import { sweepReport } from './report.js'
import { cellsCsv, meansCsv } from './tables.js'

/**
 * @param count cells that the grid has
 * @param cells those that are finished, in the grid's order
 * @returns the text of each file by its name
 */
export function sweepFiles(
  grid: Grid,
  count: number,
  cells: readonly CellResult[],
  version: string
): ReadonlyMap<string, string> {
  const groups = groupsOf(cells)
  const parameters = Object.keys(grid.set)
  const { name, about } = grid
  const means = { treecast: version, name, about, cells: cells.length, of: count, groups }
  return new Map([
    ['cells.csv', cellsCsv(cells, parameters)],
    ['means.csv', meansCsv(groups, parameters)],
    ['means.json', `${JSON.stringify(means, undefined, 2)}\n`],
    ['report.html', sweepReport({ grid, count, cells, groups, version })]
  ])
}
