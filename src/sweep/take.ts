/** A worker's side of the queue: takes cells, simulates them, and gives back what it cannot finish. */

import { TreecastError } from '../protocol/errors.js'
import { readScenario } from '../sim/scenario/schema.js'
import { topologyNamed } from '../sim/topologies/index.js'
import { type Cell, type CellResult, commandOf } from './cell.js'
import { type CellJob, type Job, KEPT_S, type QueueAccess } from './queue.js'

export interface WorkerOptions {
  /** Cells at a time. */
  readonly jobs: number
  /** Whoever was not heard of for so long has lost its cells to others, ms. */
  readonly lapseMs: number
  readonly run: (cell: Cell) => Promise<CellResult>
  readonly onBegun: (command: string) => void
  readonly onDone: (result: CellResult) => void
  readonly onFailed: (why: string) => void
  readonly onTrouble: (why: string) => void
}

/** Many workers may be killed over one cell; a cell that ends every process that takes it must come to an end itself. */
const MOST_STALLS = 20

/** Takes cells until the signal says so. */
export async function takeCells(
  { bullmq, name, connection }: QueueAccess,
  options: WorkerOptions,
  signal: AbortSignal
): Promise<void> {
  const { jobs, lapseMs, run, onBegun, onDone, onFailed, onTrouble } = options
  const keep = { age: KEPT_S }
  const simulate = async (job: CellJob, token?: string): Promise<CellResult> => {
    try {
      const cell = checked(job.data)
      onBegun(commandOf(cell))
      const result = await run(cell)
      onDone(result)
      return result
    } catch (error) {
      if (!signal.aborted) throw error
      await job.moveToWait(token)
      throw new bullmq.WaitingError()
    }
  }
  const worker = new bullmq.Worker<Job, CellResult>(name, simulate, {
    connection,
    concurrency: jobs,
    lockDuration: lapseMs,
    stalledInterval: lapseMs / 2,
    maxStalledCount: MOST_STALLS,
    removeOnComplete: keep,
    removeOnFail: keep
  })
  worker.on('error', ({ message }) => onTrouble(message))
  worker.on('failed', (_, { message }) => onFailed(message))
  await new Promise<void>((resolve) => {
    const end = (): void => void worker.close().then(resolve)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

/** Anybody who reaches the Redis can leave anything there. */
function checked({ cell }: Job): Cell {
  const { scenario, topology, seed } = cell
  topologyNamed(topology)
  if (!Number.isInteger(seed)) throw new TreecastError('bad-scenario', `seed ${String(seed)} is no integer`)
  return { ...cell, scenario: readScenario(scenario, 'the scenario of a cell') }
}
