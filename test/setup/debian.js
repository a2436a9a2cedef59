/**
 * Run before the tests: makes sure of the programs that they hold our work to. As root on a Debian system it installs
 * what is missing; elsewhere it says what to install. It never fails the run: suites without their programs are pending.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'

/** One program of each package. */
const PACKAGES = {
  chromium: 'chromium',
  ffmpeg: 'ffmpeg',
  icecast2: 'icecast2',
  opusinfo: 'opus-tools',
  'oggz-validate': 'oggz-tools',
  parallel: 'parallel',
  'redis-server': 'redis-server'
}

/** @param {string} program */
function installed(program) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0
}

function missing() {
  return Object.entries(PACKAGES)
    .filter(([program]) => !installed(program))
    .map(([, name]) => name)
}

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' })
}

let packages = missing()
if (packages.length > 0 && process.getuid?.() === 0 && installed('apt-get')) {
  process.stderr.write(`installing ${packages.join(', ')} for the tests\n`)
  aptGet('update')
  const result = aptGet('install', '-y', '--no-install-recommends', ...packages)
  if (result.status !== 0) process.stderr.write(`apt-get failed: ${result.stderr.trim()}\n`)
  packages = missing()
}
if (packages.length > 0) {
  process.stderr.write(
    `some tests will be pending: ${packages.join(', ')} missing; apt-get install ${packages.join(' ')}\n`
  )
}
