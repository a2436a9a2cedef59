/** The grid of a sweep: from a file, the folder of an earlier sweep, or options, which go before what a file says. */

import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { TreecastError } from '../protocol/errors.js'
import { readScenario } from '../sim/scenario/schema.js'
import { scenarioNames, shippedScenarios } from '../sim/scenario/shipped/index.js'
import { GRID_FILE } from '../sweep/folder.js'
import type { Grid, GridScenario } from '../sweep/grid.js'
import { type GridInput, MOST_SEEDS, parseGrid, readGrid } from '../sweep/grid-schema.js'
import { reason } from './output-folder.js'
import { printable } from './reporter.js'
import { findScenario, readRanges } from './scenario-named.js'
import type { SweepFlags } from './sweep.js'

export interface Asked {
  readonly grid: Grid
  /** Of an earlier sweep, where one was named. */
  readonly folder?: string
}

/** @throws TreecastError that says what is wrong with the grid, and where */
export async function askedGrid(given: string | undefined, flags: SweepFlags): Promise<Asked> {
  const typed = gridOf(flags)
  if (given === undefined) {
    if (typed.scenarios === undefined)
      throw new TreecastError('bad-option', 'sweep needs a grid: a JSON file (--schema), or --scenario')
    return { grid: await wholeGrid(typed, 'the grid', '.') }
  }
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false
  )
  const file = isFolder ? join(given, GRID_FILE) : given
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (isFolder && code === 'ENOENT')
      throw new TreecastError(
        'bad-option',
        `${printable(given)} is not the folder of a sweep: it has no ${GRID_FILE}`
      )
    throw new TreecastError('bad-scenario', `${printable(file)} cannot be read: ${reason(code)}`)
  })
  const said = parseGrid(text, printable(file))
  const both = typeof said === 'object' && said !== null ? merged(said as GridInput, typed) : said
  const grid = await wholeGrid(both, printable(file), dirname(file))
  return isFolder ? { grid, folder: given } : { grid: named(grid, both, file) }
}

/** A file that gives itself no name has that of the file. */
function named(grid: Grid, said: unknown, file: string): Grid {
  const own = basename(file).replace(/\.json$/, '')
  const isNamed = (said as GridInput).name !== undefined
  return isNamed || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(own) ? grid : { ...grid, name: own }
}

function merged(said: GridInput, typed: Partial<GridInput>): GridInput {
  return { ...said, ...typed, ...(typed.set === undefined ? {} : { set: { ...said.set, ...typed.set } }) }
}

/** What options say of the grid. */
function gridOf({ scenario, topology, peers, set, seeds, engine, check }: SweepFlags): Partial<GridInput> {
  const ranges = readRanges([...(peers === undefined ? [] : [`peers=${peers}`]), ...(set ?? [])])
  return {
    // Files that are typed lie where the command is run, not where the grid's file is.
    ...(scenario === undefined ? {} : { scenarios: scenario.map(fromHere) }),
    ...(topology === undefined ? {} : { topologies: topology }),
    ...(Object.keys(ranges).length === 0 ? {} : { set: ranges }),
    ...(seeds === undefined ? {} : { seeds: readSeeds(seeds) }),
    // What is none of the engines is refused with the grid.
    ...(engine === undefined ? {} : { engine: engine as Grid['engine'] }),
    ...(check ? {} : { check })
  }
}

function fromHere(name: string): string {
  return scenarioNames.includes(name) || !/[./\\]/.test(name) ? name : resolve(name)
}

/** `1-10`, `1,2,7`, or both. */
function readSeeds(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part)
    const from = Number(range?.[1])
    const to = Number(range?.[2] ?? from)
    if (range === null || to < from || to - from >= MOST_SEEDS)
      throw new TreecastError('bad-option', `--seeds ${printable(text)} is wrong; expected 1-10 or 1,2,7`)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

async function wholeGrid(value: unknown, where: string, folder: string): Promise<Grid> {
  const file = readGrid(value, where)
  const scenarios: GridScenario[] = []
  for (const given of file.scenarios) {
    const scenario =
      typeof given === 'string' ? await findScenario(placed(given, folder)) : readScenario(given, where)
    const isTwice = scenarios.some(({ scenario: { name } }) => name === scenario.name)
    if (isTwice)
      throw new TreecastError('bad-scenario', `${where} has two scenarios named ${scenario.name}; rename one`)
    const isShipped = scenario === shippedScenarios[scenario.name]
    scenarios.push({ scenario, isShipped })
  }
  const { name, about, topologies, set, seeds, engine, check } = file
  return { name, about, scenarios, topologies, set, seeds, engine, check }
}

function placed(name: string, folder: string): string {
  return scenarioNames.includes(name) || !/[./\\]/.test(name) ? name : resolve(folder, name)
}
