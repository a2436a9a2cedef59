/** Worker threads that simulate cells, by the optional package piscina. */

import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { TreecastError } from '../protocol/errors.js'
import type { CellResult } from './cell.js'
import type { CellTask } from './run-cell.js'

export interface CellPool {
  /** @throws the signal's reason at once when it says so; an Error that says why a cell could not be simulated */
  run(task: CellTask, signal: AbortSignal): Promise<CellResult>
  close(): Promise<void>
}

/**
 * @param thread the script that a thread runs
 * @throws TreecastError `bad-option` where piscina is not installed
 */
export async function openPool(threads: number, thread: URL): Promise<CellPool> {
  const { Piscina } = await import('piscina').catch((error: unknown) => {
    throw new TreecastError(
      'bad-option',
      'worker threads need the optional package piscina: npm install piscina',
      { cause: error }
    )
  })
  const pool = new Piscina({
    filename: fileURLToPath(thread),
    minThreads: 0,
    maxThreads: threads,
    // A cell is simulated in one go: a thread that has nothing to do waits for the next without spinning.
    atomics: 'disabled'
  })
  // A thread that could not even begin says so to nobody in particular.
  const broken = new Promise<never>((_, reject) => pool.on('error', reject))
  broken.catch(() => undefined)
  return {
    async run(task, signal) {
      setMaxListeners(0, signal)
      try {
        return (await Promise.race([pool.run(task, { signal }), broken])) as CellResult
      } catch (error) {
        signal.throwIfAborted()
        throw error
      }
    },
    close: () => pool.destroy()
  }
}
