/** What a worker thread runs: `pool.ts` hands it one cell after the other. */

import type { CellResult } from './cell.js'
import { type CellTask, runCell } from './run-cell.js'

export default function run(task: CellTask): Promise<CellResult> {
  return runCell(task)
}
