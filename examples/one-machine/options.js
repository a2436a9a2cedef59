/** What can be said after `npm start --`. */

import { parseArgs } from 'node:util'
import { MAX_LISTENERS } from './story.js'

export const HELP = `A live show on one machine: a tracker, a broadcast, and a dozen listeners that feed each other.

  npm start                    the whole show, about a minute
  npm start -- --fast 4        the same, four times as fast

It prints the address of a page that draws the tree and plays the show: who opens it and plays becomes one more relay.
While a page is open the recording is played again and again.

  --listeners N   listeners at the beginning, 1 to ${MAX_LISTENERS} (default: 12)
  --kill          kill the busiest relay in the middle of the show; in the picture the key k does
  --fast FACTOR   play so many times faster than the audio, up to 10
  --seconds N     end after so many seconds of the show; a longer show plays the recording again
  --port N        port of the page on which the show is seen and heard (default: any free one)
  --no-page       no page
  --plain         lines instead of the picture, as where there is no terminal
  --help          this text
`

/**
 * @typedef {object} Options
 * @property {number} listeners
 * @property {boolean} kill
 * @property {number} fast
 * @property {number | undefined} seconds of the show; undefined for the length of the recording
 * @property {number | undefined} port of the page, 0 for any free one; undefined for no page
 * @property {boolean} plain
 * @property {boolean} help
 */

/** What was typed cannot be meant. */
export class UsageError extends Error {}

/**
 * @param {string[]} args
 * @returns {Options}
 * @throws {UsageError}
 */
export function parseOptions(args) {
  const { listeners, kill, fast, seconds, port, 'no-page': noPage, plain, help } = read(args)
  const options = {
    listeners: number('--listeners', listeners ?? '12', 1, MAX_LISTENERS),
    kill: kill ?? false,
    fast: number('--fast', fast ?? '1', 0.1, 10),
    seconds: seconds === undefined ? undefined : number('--seconds', seconds, 1, 86_400),
    port: noPage === true ? undefined : number('--port', port ?? '0', 0, 65_535),
    plain: plain ?? false,
    help: help ?? false
  }
  if (!Number.isInteger(options.listeners)) throw new UsageError('--listeners wants a whole number')
  if (!Number.isInteger(options.port ?? 0)) throw new UsageError('--port wants a whole number')
  if (noPage === true && port !== undefined) throw new UsageError('--no-page has no --port')
  return options
}

/** @param {string[]} args */
function read(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        listeners: { type: 'string' },
        kill: { type: 'boolean' },
        fast: { type: 'string' },
        seconds: { type: 'string' },
        port: { type: 'string' },
        'no-page': { type: 'boolean' },
        plain: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
    return values
  } catch (error) {
    throw new UsageError(String(/** @type {Error} */ (error).message).split('\n')[0])
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} min
 * @param {number} max
 */
function number(name, text, min, max) {
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max) return value
  throw new UsageError(`${name} wants a number from ${min} to ${max}, not "${text}"`)
}
