/**
 * Programs that tests hold our work to: Chromium, opusinfo, ffmpeg and their like. Where one is missing, the suite that needs it
 * is pending and says so; on the project's own runner (CI=true) it fails, so that nothing is passed over in silence.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

/** Debian's package for each program. */
const PACKAGES: Readonly<Record<string, string>> = {
  chromium: 'chromium',
  ffmpeg: 'ffmpeg',
  icecast2: 'icecast2',
  ffprobe: 'ffmpeg',
  opusenc: 'opus-tools',
  opusdec: 'opus-tools',
  opusinfo: 'opus-tools',
  'oggz-validate': 'oggz-tools',
  parallel: 'parallel',
  'redis-server': 'redis-server'
}

/** For a suite's first hook: `before(function () { needs(this, 'ffmpeg', 'opusinfo') })`. */
export function needs(context: Mocha.Context, ...tools: string[]): void {
  const missing = tools.filter((tool) => !installed(tool))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool] ?? tool))]
  passOver(context, `needs ${missing.join(', ')}: apt-get install ${packages.join(' ')}`)
}

/** The same for a program that is no command. @param what its name, and what fetches it */
export function needsFile(context: Mocha.Context, path: string, what: string): void {
  if (!existsSync(path)) passOver(context, `needs ${what}`)
}

function passOver(context: Mocha.Context, reason: string): never {
  if (process.env.CI === 'true') throw new Error(reason)
  process.stderr.write(`\n  pending: ${context.test?.parent?.fullTitle() ?? 'a suite'} ${reason}\n`)
  return context.skip()
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote, standard output and error together
 * @throws Error where it fails
 */
export function run(tool: string, ...args: string[]): string {
  const result = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const output = result.stdout + result.stderr
  if (result.status !== 0) throw new Error(`${tool} ${args.join(' ')} ended with ${result.status}: ${output}`)
  return output
}

function installed(tool: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).status === 0
}
