/**
 * `npm run bench:rivals`: treecast, GossipSub and FanoutTree side by side, real processes over loopback. Prints the tables of
 * docs/rivals.md. All of it takes about 25 minutes; `--peers`, `--rate` and `--only` take one value each and choose a part, and parts
 * add up in the file that `--out` names.
 */

import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fetchRelease, nodeRelease } from '../../test/setup/node-releases.js'
import { type Contender, CONTENDERS } from './contenders.js'
import { type Outcome, type Plan, run } from './run.js'
import { printTables } from './tables.js'

const NODE = 22

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    rate: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' }
  }
})
const sizes = values.peers === undefined ? [20, 50] : [Number(values.peers)]
const rates = values.rate === undefined ? [10, 50] : [Number(values.rate)]
const contenders = CONTENDERS.filter(({ name }) => values.only === undefined || name === values.only)

install()
const node = nodeProgram()
const { out } = values
const outcomes: Outcome[] = out === undefined || !existsSync(out) ? [] : linesOf(readFileSync(out, 'utf8'))
for (const peers of sizes) {
  for (const rate of rates) {
    for (const contender of contenders) {
      process.stderr.write(`${contender.name}: ${peers} peers, ${rate} messages a second\n`)
      const outcome = await attempt(contender, { peers, rate })
      if (outcome === undefined) continue
      outcomes.push(outcome)
      if (out !== undefined) appendFileSync(out, `${JSON.stringify(outcome)}\n`)
    }
  }
}
printTables(outcomes)

/** One that cannot be run, on a machine that is too small for it, is told and leaves the others alone. */
async function attempt(contender: Contender, plan: Plan): Promise<Outcome | undefined> {
  try {
    return await run(node, contender, plan)
  } catch (error) {
    const { peers, rate } = plan
    console.log(
      `${contender.name} did not get through with ${peers} peers, ${rate} messages/s: ${String(error)}`
    )
    return undefined
  }
}

function linesOf(text: string): Outcome[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Outcome)
}

/** FanoutTree and GossipSub need a newer Node.js than treecast; all are measured in the same one. */
function nodeProgram(): string {
  if (Number.parseInt(process.versions.node) >= NODE) return process.execPath
  if (!existsSync(nodeRelease(NODE))) fetchRelease(NODE)
  return nodeRelease(NODE)
}

/** The others are installed when they are measured, and for nothing else. */
function install(): void {
  const cwd = fileURLToPath(new URL('./others', import.meta.url))
  // npm's own account of what it has installed, newer than what was asked for.
  const installed = `${cwd}/node_modules/.package-lock.json`
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(`${cwd}/package-lock.json`).mtimeMs)
    return
  // Without a word on Node.js 20, in which they are not run.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['ci', ...flags], { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the networks to compare with could not be installed')
}
