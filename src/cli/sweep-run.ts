/** What `sweep` does. */

import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { TreecastError } from '../protocol/errors.js'
import { type Cell, type CellResult, commandOf } from '../sweep/cell.js'
import { SweepFolder } from '../sweep/folder.js'
import { cellsOf, type Grid } from '../sweep/grid.js'
import { gridSchema } from '../sweep/grid-schema.js'
import { handOut } from '../sweep/hand-out.js'
import { jobFiles, type Scheduler } from '../sweep/job-files.js'
import { openPool } from '../sweep/pool.js'
import { openQueue } from '../sweep/queue.js'
import { sweepFiles } from '../sweep/results/files.js'
import { runCell } from '../sweep/run-cell.js'
import { hint } from './near.js'
import { prepareFolder, unwritable } from './output-folder.js'
import { duration, plural, printable, type Reporter } from './reporter.js'
import { EXIT } from './run.js'
import { askedGrid } from './sweep-grid.js'
import type { Installed, SweepFlags } from './sweep.js'

export async function act(
  given: string | undefined,
  flags: SweepFlags,
  installed: Installed,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  if (flags.schema === true) {
    process.stdout.write(`${JSON.stringify(gridSchema(), undefined, 2)}\n`)
    return
  }
  const { jobs, redis } = flags
  if (redis !== undefined && jobs !== undefined)
    throw new TreecastError(
      'bad-option',
      '--redis and --jobs do not go together: each treecast worker has its own --jobs'
    )
  const { grid, folder = `${grid.name}.results` } = await askedGrid(given, flags)
  const cells = cellsOf(grid)
  if (flags.list === true) {
    list(cells, flags.json === true)
    return
  }
  const out = flags.out ?? folder
  await prepareFolder(out)
  const sweep = new Sweep(grid, cells, new SweepFolder(out, installed.version), installed, reporter)
  await sweep.open(given === undefined || out !== given || hasGridFlags(flags))
  if (flags.cell !== undefined) await sweep.only(flags.cell, signal)
  else if (jobs === 'slurm' || jobs === 'parallel') await sweep.writeJobs(jobs)
  else {
    await (redis === undefined
      ? sweep.onThreads(jobs ?? availableParallelism(), signal)
      : sweep.byRedis(redis, signal))
    await sweep.finish(signal)
  }
}

function hasGridFlags({ scenario, topology, peers, set, seeds, engine, check }: SweepFlags): boolean {
  return !check || [scenario, topology, peers, set, seeds, engine].some((flag) => flag !== undefined)
}

function list(cells: readonly Cell[], json: boolean): void {
  const lines = cells.map((cell) => {
    const command = commandOf(cell)
    return `${json ? JSON.stringify({ event: 'cell', command }) : command}\n`
  })
  process.stdout.write(lines.join(''))
}

class Sweep {
  private readonly grid: Grid
  private readonly folder: SweepFolder
  private readonly installed: Installed
  private readonly reporter: Reporter
  /** All that the grid has, by their ids. */
  private readonly cells: ReadonlyMap<string, Cell>
  private results = new Map<string, CellResult>()
  /** Those that were there before. */
  private kept = 0
  private failed = 0
  private begunAt = 0

  constructor(
    grid: Grid,
    cells: readonly Cell[],
    folder: SweepFolder,
    installed: Installed,
    reporter: Reporter
  ) {
    this.grid = grid
    this.folder = folder
    this.installed = installed
    this.reporter = reporter
    this.cells = new Map(cells.map((cell) => [folder.idOf(cell), cell]))
  }

  /** @param isNew the folder does not have this grid yet */
  async open(isNew: boolean): Promise<void> {
    await this.writing(async () => {
      if (isNew) await this.folder.begin(this.grid)
      this.results = await this.folder.finished(this.cells.keys())
    })
    this.kept = this.results.size
  }

  async onThreads(threads: number, signal: AbortSignal): Promise<void> {
    const { version, thread } = this.installed
    const missing = this.begin(`on ${plural(threads, 'thread')}`)
    if (missing.size === 0) return
    const pool = await openPool(Math.min(threads, missing.size), thread)
    const todo = missing.entries()
    const work = async (): Promise<void> => {
      for (const [id, cell] of todo) {
        signal.throwIfAborted()
        try {
          await this.keep(id, await pool.run({ cell, version }, signal))
        } catch (error) {
          if (signal.aborted || error instanceof TreecastError) throw error
          this.fail(id, (error as Error).message)
        }
      }
    }
    try {
      await Promise.all(Array.from({ length: Math.min(threads, missing.size) }, work))
    } catch (error) {
      if (error !== signal.reason) throw error
    } finally {
      await pool.close()
    }
  }

  async byRedis(url: string, signal: AbortSignal): Promise<void> {
    const queue = await openQueue(url, this.installed.version)
    const missing = this.begin(`by whoever runs treecast worker --redis ${queue.address}`)
    if (missing.size === 0) return
    let trouble = ''
    await handOut(
      queue,
      missing,
      {
        onResult: (id, result) => this.keep(id, result),
        onFailed: (id, why) => this.fail(id, why),
        onStalled: (id) => {
          const command = commandOf(this.cells.get(id)!)
          this.reporter.event(
            'stalled',
            { id, command },
            `a worker is gone, another takes its cell up: ${command}`
          )
        },
        onTrouble: (why) => {
          if (why !== trouble) this.reporter.say(`${queue.address}: ${printable(why)}; trying again`)
          trouble = why
        }
      },
      signal
    )
  }

  /** One cell, in this thread. */
  async only(id: string, signal: AbortSignal): Promise<void> {
    const cell = this.cells.get(id)
    if (cell === undefined)
      throw new TreecastError(
        'bad-option',
        `the sweep has no cell "${printable(id)}"${hint(id, [...this.cells.keys()])}; --jobs slurm|parallel lists those that are missing`
      )
    if (this.results.has(id)) return
    await this.keep(id, await runCell({ cell, version: this.installed.version }, signal))
  }

  async writeJobs(scheduler: Scheduler): Promise<void> {
    const ids = [...this.missing().keys()]
    const { files, command } = jobFiles(scheduler, this.grid.name, ids, resolve(this.folder.path))
    await this.writing(() => this.folder.writeAll(files))
    this.reporter.event(
      'jobs',
      { out: this.folder.path, cells: ids.length, files: [...files.keys()], command },
      `${plural(ids.length, 'cell')} to simulate: cd ${this.folder.path} && ${command}; then treecast sweep ${this.folder.path}`
    )
  }

  /** Writes the report of what there is, and says what is not. */
  async finish(signal: AbortSignal): Promise<void> {
    const { reporter, folder, results, failed, kept } = this
    const out = folder.path
    const done = [...this.cells.keys()].flatMap((id) => results.get(id) ?? [])
    const files = sweepFiles(this.grid, this.cells.size, done, this.installed.version)
    await this.writing(async () => {
      await folder.writeAll(files)
      if (done.length === this.cells.size) await folder.clean()
    })
    const figures = { cells: this.cells.size, simulated: results.size - kept, kept, failed }
    if (signal.aborted)
      reporter.event(
        'interrupted',
        figures,
        `ended early: ${done.length} of ${plural(this.cells.size, 'cell')} are there; treecast sweep ${out} goes on`
      )
    reporter.event('swept', { ...figures, out, files: [...files.keys()] })
    reporter.say(
      `${plural(results.size - kept, 'cell')} simulated, ${kept} were there; begin with ${join(out, 'report.html')}`
    )
    const violated = done.filter(({ violations }) => violations > 0).length
    if (violated > 0)
      reporter.say(
        `treecast: an invariant was violated in ${plural(violated, 'cell')}; the report says where`
      )
    if (failed > 0)
      reporter.say(
        `treecast: ${plural(failed, 'cell')} could not be simulated; treecast sweep ${out} tries again`
      )
    if (violated + failed > 0) process.exitCode = EXIT.failed
  }

  private missing(): Map<string, Cell> {
    return new Map([...this.cells].filter(([id]) => !this.results.has(id)))
  }

  private begin(how: string): Map<string, Cell> {
    const missing = this.missing()
    const { name } = this.grid
    const there = this.kept > 0 ? `, ${this.kept} of them there already` : ''
    this.reporter.say(`sweeping ${name}: ${plural(this.cells.size, 'cell')}${there}, ${how}`)
    this.begunAt = performance.now()
    return missing
  }

  private async keep(id: string, result: CellResult): Promise<void> {
    await this.writing(() => this.folder.keep(id, result))
    this.results.set(id, result)
    const { command, summary, violations, wallMs } = result
    const [done, cells] = [this.results.size, this.cells.size]
    const each = (performance.now() - this.begunAt) / (done - this.kept)
    const leftS = Math.round(((cells - done) * each) / 1000)
    const { continuity } = summary
    this.reporter.event('cell', { id, command, done, cells, leftS, continuity, violations, wallMs })
    this.reporter.progress(
      `${Math.floor((100 * done) / cells)} %: ${done} of ${plural(cells, 'cell')}, about ${duration(leftS)} left`
    )
  }

  private fail(id: string, why: string): void {
    this.failed++
    const command = commandOf(this.cells.get(id)!)
    this.reporter.event('failed', { id, command, why }, `failed: ${command}: ${printable(why)}`)
  }

  private async writing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      throw unwritable(this.folder.path, error)
    }
  }
}
