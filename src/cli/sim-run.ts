/** What `sim` does. */

import { readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { TreecastError } from '../protocol/errors.js'
import { simulateCrowd } from '../sim/crowd/simulate.js'
import { allFigures } from '../sim/report/words.js'
import { resultFiles } from '../sim/results/files.js'
import { secondsOf } from '../sim/results/repeat.js'
import type { Result } from '../sim/results/result.js'
import { scenarioSchema } from '../sim/scenario/schema.js'
import { scenarioNames, shippedScenarios } from '../sim/scenario/shipped/index.js'
import { varyScenario } from '../sim/scenario/vary.js'
import { type Progress, simulate } from '../sim/simulate.js'
import { topologyNamed, topologyNames } from '../sim/topologies/index.js'
import { hint } from './near.js'
import { prepareFolder, unwritable } from './output-folder.js'
import { duration, plural, printable, type Reporter } from './reporter.js'
import { EXIT } from './run.js'
import { findScenario, readSettings } from './scenario-named.js'
import type { SimFlags } from './sim.js'

/** A run that goes wrong goes wrong often: enough for a terminal. */
const MOST_VIOLATIONS = 10

const PROGRESS_MS = 1_000

/** The time left is judged by so many of the last simulated seconds: a show gets slower as it fills. */
const RECENT_SECONDS = 10

export async function act(
  given: string | undefined,
  flags: SimFlags,
  version: string,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  if (flags.list === true) {
    list(flags.json === true)
    return
  }
  if (flags.schema === true) {
    process.stdout.write(`${JSON.stringify(scenarioSchema(), undefined, 2)}\n`)
    return
  }
  if (given === undefined)
    throw new TreecastError('bad-option', 'sim needs a scenario; --list shows those that are shipped')
  checkEngine(flags.engine)
  checkTopology(flags.topology)
  const isCrowd = flags.engine === 'crowd'
  if (isCrowd) checkCrowd(flags.topology)
  const { peers, set, out, seed, topology, check } = flags
  const found = await findScenario(given)
  const scenario = varyScenario(peers === undefined ? found : { ...found, peers }, readSettings(set))
  // Before anything else: a run may take an hour.
  if (out !== undefined) await prepareFolder(out)
  reporter.say(
    `simulating ${scenario.name}: ${plural(scenario.peers, 'peer')}, ${scenario.show.seconds} s, ${topology}, seed ${seed}`
  )
  const memoryUsed = (): number => process.memoryUsage().rss
  const onProgress = follow(reporter)
  const result = isCrowd
    ? await simulateCrowd(scenario, { seed, signal, memoryUsed, onProgress })
    : await simulate(scenario, { topology, seed, check, signal, memoryUsed, onProgress })
  await tell(result, out, version, reporter)
}

async function tell(
  result: Result,
  out: string | undefined,
  version: string,
  reporter: Reporter
): Promise<void> {
  const { over, all } = secondsOf(result)
  if (over < all) {
    reporter.event(
      'interrupted',
      { second: over, seconds: all },
      `ended early: what follows is about the first ${over} of ${all} s`
    )
  }
  reporter.event('summary', result.summary)
  reporter.say(table(allFigures(result.summary)))
  if (out !== undefined) {
    const files = resultFiles(result, { version })
    await write(out, files)
    reporter.event(
      'written',
      { out, files: [...files.keys()] },
      `results are in ${out}; begin with ${join(out, 'report.html')}`
    )
  }
  const { violations } = result
  for (const [i, { atS, peer, checker, what }] of violations.entries()) {
    const text = i < MOST_VIOLATIONS ? `violated at ${atS} s by peer ${peer}: ${checker}: ${what}` : undefined
    reporter.event('violation', { atS, peer, checker, what }, text)
  }
  if (violations.length === 0) return
  process.exitCode = EXIT.failed
  reporter.say(
    `treecast: an invariant was violated ${violations.length === 1 ? 'once' : `${violations.length} times`}: the figures are not to be trusted`
  )
}

const ENGINES = ['exact', 'crowd']

function checkEngine(engine: string): void {
  if (ENGINES.includes(engine)) return
  throw new TreecastError(
    'bad-option',
    `there is no engine "${printable(engine)}"${hint(engine, ENGINES)}; exact runs the protocol itself and takes some 10,000 peers, crowd is a model of it for millions`
  )
}

function checkCrowd(topology: string): void {
  if (topology === 'striped') return
  throw new TreecastError(
    'bad-option',
    `the crowd engine knows the topology striped alone; use --engine exact for ${printable(topology)}`
  )
}

function checkTopology(topology: string): void {
  if (topologyNames.includes(topology)) return
  const names = topologyNames.join(', ')
  throw new TreecastError(
    'bad-option',
    `there is no topology "${printable(topology)}"${hint(topology, topologyNames)}; there are ${names}`
  )
}

/** Files that an earlier run may have left, and this one may not write again. */
const OLD_TREE = /^tree(?:-[\d.]+s)?\.(?:graphml|dot)$/

async function write(out: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    const there = await readdir(out)
    if (there.includes('manifest.json')) {
      for (const name of there) if (OLD_TREE.test(name) && !files.has(name)) await unlink(join(out, name))
    }
    for (const [name, text] of files) await writeFile(join(out, name), text)
  } catch (error) {
    throw unwritable(out, error)
  }
}

/** Tells at most once a second how far it is, and lets a Ctrl-C in. */
function follow(reporter: Reporter): (progress: Progress) => Promise<void> {
  let toldAt = performance.now()
  const ends: number[] = [toldAt]
  return async (progress) => {
    const now = performance.now()
    ends.push(now)
    if (ends.length > RECENT_SECONDS + 1) ends.shift()
    if (now - toldAt >= PROGRESS_MS) {
      toldAt = now
      const { second, seconds, listeners, events } = progress
      const leftS = Math.round((((now - ends[0]!) / (ends.length - 1)) * (seconds - second)) / 1000)
      reporter.event('progress', { second, seconds, listeners, events, leftS })
      const share = Math.floor((100 * second) / seconds)
      reporter.progress(
        `${share} %: ${second} of ${seconds} s, ${plural(listeners, 'peer')} so far, about ${duration(leftS)} left`
      )
    }
    await setImmediate()
  }
}

function list(json: boolean): void {
  const scenarios = scenarioNames.map((name) => ({ name, about: shippedScenarios[name]!.about }))
  const topologies = topologyNames.map((name) => ({ name, about: topologyNamed(name).about }))
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'list', scenarios, topologies })}\n`)
    return
  }
  const width = Math.max(...[...scenarios, ...topologies].map(({ name }) => name.length))
  const entry = ({ name, about }: { readonly name: string; readonly about: string }): string =>
    `  ${name.padEnd(width)}  ${wrapped(about, 76 - width).join(`\n${' '.repeat(width + 4)}`)}`
  const lines = ['Scenarios', ...scenarios.map(entry), '', 'Topologies', ...topologies.map(entry), '']
  process.stdout.write(lines.join('\n'))
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

function table(rows: readonly (readonly [string, string, string])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(([name, value, what]) => `  ${name.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${what}`)
    .join('\n')
}
