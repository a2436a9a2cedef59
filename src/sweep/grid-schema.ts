/** The schema of grid files, and errors that say what is wrong, where, and what was expected. */

import { z } from 'zod'
import { TreecastError } from '../protocol/errors.js'
import { topologyNames } from '../sim/topologies/index.js'

/** As many as a command line takes. */
const MOST_SEED = 2 ** 31 - 1

/** Of one grid: more say nothing more. */
export const MOST_SEEDS = 100_000

const seed = z.int().min(0).max(MOST_SEED)
const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

const grid = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens')
    .default('sweep'),
  about: z.string().max(2_000).default(''),
  scenarios: z
    .array(
      z.union([z.string().min(1), z.record(z.string(), z.unknown())], {
        error: 'expected the name of a shipped scenario, of a file, or a whole scenario'
      })
    )
    .min(1, 'expected at least one scenario'),
  topologies: z
    .array(z.enum(topologyNames as [string, ...string[]]))
    .min(1, 'expected at least one topology')
    .default(['striped']),
  set: z.record(z.string(), z.array(value).min(1, 'expected at least one value')).default({}),
  seeds: z
    .union(
      [
        z.array(seed).min(1),
        z
          .strictObject({ from: seed, to: seed })
          .refine(
            ({ from, to }) => from <= to && to - from < MOST_SEEDS,
            'expected from to be at most to, and at most 100,000 seeds'
          )
      ],
      { error: 'expected seeds, as [1, 2, 7] or {"from": 1, "to": 10}' }
    )
    .default([1]),
  engine: z.enum(['exact', 'crowd']).default('exact'),
  check: z.boolean().default(true)
})

/** What a grid file says. Scenarios are still names, or not yet read. */
export interface GridFile extends Omit<z.output<typeof grid>, 'seeds'> {
  readonly seeds: readonly number[]
}

/** What a grid file, or a command line, may leave out. */
export type GridInput = z.input<typeof grid>

/**
 * Reads what a grid file holds; what it leaves out has the default.
 *
 * @param where names the file in errors
 * @throws TreecastError `bad-scenario` with the path of every field that is wrong, and what was expected
 */
export function readGrid(value: unknown, where: string): GridFile {
  const result = grid.safeParse(value)
  if (result.success) {
    const { seeds, ...rest } = result.data
    const file = { ...rest, seeds: Array.isArray(seeds) ? seeds : rangeOf(seeds) }
    checkTwice(file, where)
    checkCrowd(file, where)
    return file
  }
  const problems = result.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`)
  throw new TreecastError('bad-scenario', `${where} is no grid: ${problems.join('; ')}`)
}

/** The same from JSON text. */
export function parseGrid(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new TreecastError('bad-scenario', `${where} is not JSON: ${(error as Error).message}`)
  }
}

/** As JSON Schema (2020-12), for editors. */
export function gridSchema(): unknown {
  return z.toJSONSchema(grid, { io: 'input' })
}

/** A cell that is there twice would count twice in every mean. */
function checkTwice(file: GridFile, where: string): void {
  const lists: [string, readonly unknown[]][] = [
    ['scenarios', file.scenarios],
    ['topologies', file.topologies],
    ['seeds', file.seeds],
    ...Object.entries(file.set).map(([path, values]): [string, readonly unknown[]] => [`set ${path}`, values])
  ]
  for (const [name, list] of lists) {
    const twice = list.find((each, i) => list.indexOf(each) !== i)
    if (twice !== undefined)
      throw new TreecastError(
        'bad-scenario',
        `${where} is no grid: ${name} has ${JSON.stringify(twice)} twice`
      )
  }
}

/** Before any of it is simulated: a model of one topology says nothing of others. */
function checkCrowd({ engine, topologies }: GridFile, where: string): void {
  const other = topologies.find((topology) => topology !== 'striped')
  if (engine === 'crowd' && other !== undefined)
    throw new TreecastError(
      'bad-scenario',
      `${where} is no grid: the crowd engine knows the topology striped alone, not ${other}`
    )
}

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole' : path.map(String).join('.')
}
