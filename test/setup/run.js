/**
 * The tests, as two runs of mocha beside one another: those that play sound, open pages and start processes, which wait much and
 * must not be held up; and those that only compute, which take what processor time the others leave. What the latter say follows
 * at the end. Arguments are mocha's, for both.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { buffer } from 'node:stream/consumers'

const ALL = 'test/**/*.test.ts'
/** Nothing in these depends on how fast the machine is. */
const COMPUTING = 'test/{protocol,recording,scenarios,sim,sweep}/**/*.test.ts'
/** How long a test may take that is given the processor only when nobody else wants it; ms. */
const PATIENCE_MS = 300_000

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const args = process.argv.slice(2)

/**
 * @param {'inherit' | 'pipe'} output
 * @param {string[]} given
 */
function run(output, ...given) {
  return spawn(process.execPath, [mocha, ...given, ...args], { stdio: ['inherit', output, output] })
}

// What plays sound in real time may be held up by whoever shares the machine: it is tried once more, and the report names it.
// The native WebRTC package may keep a process alive though all is closed.
const live = run('inherit', ALL, '--ignore', COMPUTING, '--retries', '1', '--exit')
const computing = run('pipe', COMPUTING, '--timeout', String(PATIENCE_MS))
// It has none where it could not be started, which is then what is thrown below.
if (computing.pid !== undefined) setPriority(computing.pid, constants.priority.PRIORITY_LOW)
const said = Promise.all(
  [computing.stdout, computing.stderr].map((stream) => (stream === null ? '' : buffer(stream)))
)
const [[ofLive], [ofComputing]] = await Promise.all([once(live, 'close'), once(computing, 'close')])
for (const text of await said) process.stdout.write(text)
process.exitCode = ofLive === 0 && ofComputing === 0 ? 0 : 1
