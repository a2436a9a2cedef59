/** Simulates one cell. */

import { simulateCrowd } from '../sim/crowd/simulate.js'
import type { Summary } from '../sim/results/result.js'
import { simulate } from '../sim/simulate.js'
import { type Cell, type CellResult, commandOf, type Figures } from './cell.js'

export interface CellTask {
  readonly cell: Cell
  /** Of treecast. */
  readonly version: string
}

/**
 * @param signal ends it early
 * @throws its reason then: half a cell is none
 */
export async function runCell({ cell, version }: CellTask, signal?: AbortSignal): Promise<CellResult> {
  const { scenario, topology, seed, check, set, engine } = cell
  const early = signal === undefined ? {} : { signal, onProgress: letIn }
  const { summary, violations } =
    engine === 'crowd'
      ? await simulateCrowd(scenario, { seed, ...early })
      : await simulate(scenario, { topology, seed, check, ...early })
  signal?.throwIfAborted()
  return {
    treecast: version,
    command: commandOf(cell),
    scenario: scenario.name,
    topology,
    set,
    seed,
    summary: figuresOf(summary),
    violations: violations.length,
    wallMs: summary.wallMs
  }
}

function figuresOf(summary: Summary): Figures {
  const figures: Partial<{ -readonly [K in keyof Summary]: Summary[K] }> = { ...summary }
  delete figures.wallMs
  delete figures.bytesPerPeer
  return figures as Figures
}

/** A signal is heard between two turns of the event loop. */
function letIn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
