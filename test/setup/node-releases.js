/**
 * Run before the tests: fetches other releases of Node.js from npm, for the tests that a seed means the same in each. It never
 * fails the run: where one is missing, its tests are pending.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Major versions. */
export const RELEASES = [20, 22]

/** npm's package of a build of Node.js for this machine; it holds the program and runs nothing when it is installed. */
const PACKAGE = `node-${process.platform}-${process.arch}`

/**
 * @param {number} major
 * @returns {string} where its program is, or would be
 */
export function nodeRelease(major) {
  return `${folder(major)}/node_modules/${PACKAGE}/bin/node`
}

/** @param {number} major */
function folder(major) {
  return fileURLToPath(new URL(`../../node_modules/.cache/treecast/node-${major}`, import.meta.url))
}

/** @param {number} major */
export function fetchRelease(major) {
  const prefix = folder(major)
  process.stderr.write(`fetching Node.js ${major} from npm\n`)
  mkdirSync(prefix, { recursive: true })
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  const args = ['install', '--prefix', prefix, ...flags, `${PACKAGE}@${major}`]
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' })
  if (status !== 0)
    process.stderr.write(`what needs it will be missing: no Node.js ${major} from npm: ${stderr.trim()}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const major of RELEASES) if (!existsSync(nodeRelease(major))) fetchRelease(major)
