/**
 * Makes a treecast broadcast of a radio station's Ogg Opus mount, titles included, for as long as it runs. The station
 * serves one listener; the crowd serves itself.
 *
 *     node examples/radio-relay/main.js http://radio.example.org:8000/live.opus --key station.pem
 */

import process from 'node:process'
import { parseArgs } from 'node:util'
import { broadcast, keyPairFromSeed, openKeyFile, randomSeed, startTracker } from 'treecast/node'
import { station } from './station.js'

const HELP = `usage: node examples/radio-relay/main.js <address> [options]

  <address>           http(s):// address of an Ogg Opus stream, such as an Icecast mount
  --tracker <url>     ws:// or wss:// URL of a tracker, may be repeated (default: one of its own)
  --host <address>    where listeners reach this machine (default: on this machine alone)
  --port <n>          port of its own tracker (default: 8470)
  --key <file>        the publisher's key, made if there is none: the link stays the same for ever
                      (default: a new key, and a new link, with every start)
  --name <text>       name of the broadcast in its link (default: radio)
  --show-hours <n>    a show's key is good for 24 hours, so that a show ends after so many, and the
                      next one begins under the same link (default: 23)
  --help              this text

The link is printed on stdout, what happens on stderr. Ctrl-C ends the broadcast in good order.`

const DEFAULT_PORT = 8470
const STATUS_MS = 60_000
const HOUR_MS = 3_600_000

class UsageError extends Error {}

/** @param {string} line */
function say(line) {
  console.error(`${new Date().toLocaleTimeString()} ${line}`)
}

/** @param {string[]} args */
function parse(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        tracker: { type: 'string', multiple: true },
        host: { type: 'string' },
        port: { type: 'string' },
        key: { type: 'string' },
        name: { type: 'string', default: 'radio' },
        'show-hours': { type: 'string', default: '23' },
        help: { type: 'boolean', default: false }
      }
    })
    const [address = '', ...more] = positionals
    const showHours = Number(values['show-hours'])
    const port = values.port === undefined ? DEFAULT_PORT : Number(values.port)
    if (!values.help && (!/^https?:\/\//.test(address) || more.length > 0))
      throw new UsageError('name one http(s):// address of an Ogg Opus stream')
    if (!(showHours > 0 && showHours <= 24))
      throw new UsageError(`--show-hours ${values['show-hours']} is not between 0 and 24`)
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
      throw new UsageError(`--port ${values.port} is not between 0 and 65,535`)
    return { ...values, address, showHours, port }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(message(error))
  }
}

/**
 * One show, until the signal, or until its key is old.
 *
 * @param {string} address
 * @param {Omit<import('treecast/node').BroadcastOptions, 'source' | 'signal'>} options
 * @param {{ signal: AbortSignal, showHours: number, onLive: (link: string) => void }} show
 */
async function play(address, options, { signal, showHours, onLive }) {
  const end = new AbortController()
  const either = AbortSignal.any([signal, end.signal])
  const show = await broadcast({
    ...options,
    source: station(address, { signal: either, say }),
    signal: either
  })
  onLive(show.link)
  const age = setTimeout(() => end.abort(), showHours * HOUR_MS)
  const status = setInterval(() => {
    const { peers, children } = show.stats()
    say(`${peers} ${peers === 1 ? 'peer' : 'peers'}, ${children} fed from here`)
  }, STATUS_MS)
  try {
    await show.ended
  } finally {
    clearTimeout(age)
    clearInterval(status)
  }
}

/**
 * Show after show under one link, until the signal.
 *
 * @param {ReturnType<typeof parse>} options
 * @param {AbortSignal} signal
 */
async function main({ address, tracker, host, port, key, name, showHours }, signal) {
  const keys = key === undefined ? keyPairFromSeed(randomSeed()) : (await openKeyFile(key)).keys
  const own = tracker === undefined ? await startTracker({ host: host ?? '127.0.0.1', port }) : undefined
  const trackers = tracker ?? [own?.url ?? '']
  const network = host === undefined ? {} : { host }
  let shows = 0
  const onLive = (/** @type {string} */ link) => {
    if (shows++ === 0) console.log(link)
    say(shows === 1 ? 'live' : 'a new show under the same link')
  }
  try {
    while (!signal.aborted) {
      await play(address, { trackers, keys, name, ...network }, { signal, showHours, onLive })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await own?.close()
  }
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
try {
  const options = parse(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else await main(options, stop.signal)
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(isUsage ? `${error.message} (--help tells what can be said)` : message(error))
  process.exitCode = isUsage ? 2 : 1
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error)
}
