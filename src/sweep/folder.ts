/**
 * A sweep on the disk: its grid, and a file for each finished cell, which is there whole or not at all. A cell's file is named by what it is a
 * function of, so that a sweep which was interrupted, or has got a larger grid, finds what it has already, and nothing of another version.
 */

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cell, type CellResult, SCENARIOS } from './cell.js'
import type { Grid } from './grid.js'

export const GRID_FILE = 'sweep.json'

const CELLS = 'cells'
const PART = '.part'

export class SweepFolder {
  readonly path: string
  private readonly version: string

  /** @param version of treecast */
  constructor(path: string, version: string) {
    this.path = path
    this.version = version
  }

  /** What a cell's file is named after, and its job in a queue. */
  idOf(cell: Cell): string {
    const { scenario, topology, seed, engine, check } = cell
    const whole = JSON.stringify([this.version, engine, topology, seed, check, scenario])
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16)
    return `${scenario.name}-${topology}-${seed}-${hash}`
  }

  /** Writes down what is to be swept. The folder must be there. */
  async begin(grid: Grid): Promise<void> {
    await mkdir(join(this.path, CELLS), { recursive: true })
    const own = grid.scenarios.filter(({ isShipped }) => !isShipped)
    if (own.length > 0) await mkdir(join(this.path, SCENARIOS), { recursive: true })
    for (const { scenario } of own)
      await this.write(
        join(SCENARIOS, `${scenario.name}.json`),
        `${JSON.stringify(scenario, undefined, 2)}\n`
      )
    const scenarios = grid.scenarios.map(({ scenario, isShipped }) => (isShipped ? scenario.name : scenario))
    await this.write(GRID_FILE, `${JSON.stringify({ ...grid, scenarios }, undefined, 2)}\n`)
  }

  /** The cells of these that are finished, by their ids. A file that is damaged is none. */
  async finished(ids: Iterable<string>): Promise<Map<string, CellResult>> {
    const there = new Set(await readdir(join(this.path, CELLS)))
    const results = new Map<string, CellResult>()
    for (const id of ids) {
      if (!there.has(`${id}.json`)) continue
      const result = parsed(await readFile(join(this.path, CELLS, `${id}.json`), 'utf8'))
      if (result !== undefined) results.set(id, result)
    }
    return results
  }

  async keep(id: string, result: CellResult): Promise<void> {
    await this.write(join(CELLS, `${id}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
  }

  async writeAll(files: ReadonlyMap<string, string>): Promise<void> {
    for (const [name, text] of files) await this.write(name, text)
  }

  /** Once nothing more is to come: what killed processes had begun to write. */
  async clean(): Promise<void> {
    const parts = (await readdir(join(this.path, CELLS))).filter((name) => name.endsWith(PART))
    for (const name of parts) await unlink(join(this.path, CELLS, name)).catch(() => undefined)
  }

  /** Whoever reads sees the file as it was, or as it is: a name is changed at once. */
  private async write(name: string, text: string): Promise<void> {
    const part = join(this.path, `${name}.${randomUUID()}${PART}`)
    await writeFile(part, text)
    await rename(part, join(this.path, name))
  }
}

function parsed(text: string): CellResult | undefined {
  try {
    const result = JSON.parse(text) as Partial<CellResult> | null
    return typeof result?.summary === 'object' ? (result as CellResult) : undefined
  } catch {
    return undefined
  }
}
