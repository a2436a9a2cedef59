/** An example as a command: its options, its help, its ports, its exit codes. */

import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'

/** It was asked wrongly: its text says how. */
export class UsageError extends Error {}

/**
 * Runs an example until Ctrl-C. Exit 0: it did what was asked; 1: it failed; 2: it was asked wrongly.
 *
 * @template {string} Name
 * @param {string} help
 * @param {Readonly<Record<Name, string>>} defaults of its options; the names that end in "port" take a port
 * @param {(values: Record<Name, string>, stopped: () => Promise<void>) => Promise<void>} main `stopped` resolves at Ctrl-C
 */
export async function command(help, defaults, main) {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  const stopped = async () => {
    if (!stop.signal.aborted) await once(stop.signal, 'abort')
  }
  try {
    const values = parse(process.argv.slice(2), defaults)
    if (values === undefined) console.log(help)
    else await main(values, stopped)
  } catch (error) {
    const isUsage = error instanceof UsageError
    console.error(isUsage ? `${message(error)} (--help tells what can be said)` : message(error))
    process.exitCode = isUsage ? 2 : 1
  }
}

/**
 * @template {string} Name
 * @param {string[]} args
 * @param {Readonly<Record<Name, string>>} defaults
 * @returns {Record<Name, string> | undefined} nothing for `--help`
 */
function parse(args, defaults) {
  const names = /** @type {Name[]} */ (Object.keys(defaults))
  const help = { type: /** @type {const} */ ('boolean'), default: false }
  /** @type {Record<string, unknown>} */
  let values
  try {
    const texts = names.map((name) => [name, { type: 'string', default: defaults[name] }])
    values = parseArgs({ args, options: { ...Object.fromEntries(texts), help } }).values
  } catch (error) {
    throw new UsageError(message(error))
  }
  if (values.help === true) return undefined
  const given = /** @type {Record<Name, string>} */ (values)
  for (const name of names) if (name.endsWith('port')) checkPort(name, given[name])
  return given
}

/**
 * @param {string} name
 * @param {string} text
 */
function checkPort(name, text) {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return
  throw new UsageError(`--${name} ${text} is no port: 0 to 65535`)
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error)
}
