/**
 * All tests, in two processes side by side: those that play, in real time, mostly wait for sound; those that compute take
 * what is left of the machine, at a lower priority, and tell what they found when the others are done. Arguments go to both, as
 * in `npm test -- -g backfill`.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setPriority } from 'node:os'
import process from 'node:process'

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')

const ALL = 'test/**/*.test.ts'
/** No clock but their own matters to these: nothing is heard in them. */
const COMPUTING = [
  'test/architecture.test.ts',
  ...['audio/ogg', 'package', 'player', 'protocol', 'scenarios', 'sim', 'vectors'].map(
    (folder) => `test/${folder}/**/*.test.ts`
  ),
  ...['browser/report', 'e2e/bad-input', 'e2e/one-machine-layout', 'e2e/one-machine-picture', 'e2e/sim'].map(
    (file) => `test/${file}.test.ts`
  )
]

/** As `nice -n 10`. */
const LOW_PRIORITY = 10

const given = process.argv.slice(2)
const colour = process.stdout.isTTY ? ['--color'] : []

/**
 * @param {string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 */
function mocha(args, stdio) {
  return spawn(process.execPath, [MOCHA, ...args, ...given], { stdio })
}

const playing = mocha([ALL, ...COMPUTING.flatMap((pattern) => ['--ignore', pattern])], 'inherit')
const computing = mocha([...COMPUTING, ...colour], ['ignore', 'pipe', 'pipe'])
if (computing.pid !== undefined) setPriority(computing.pid, LOW_PRIORITY)

/** @type {Buffer[]} */
const told = []
for (const stream of [computing.stdout, computing.stderr]) stream?.on('data', (chunk) => told.push(chunk))

const statuses = await Promise.all(
  [playing, computing].map(async (child) => {
    const [status] = await once(child, 'close')
    return Number(status ?? 1)
  })
)
process.stdout.write(Buffer.concat(told))
process.exitCode = Math.max(...statuses)
