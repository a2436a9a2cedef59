/**
 * A talk from the microphone: one page speaks, others listen and pass it on. This file serves the pages and runs the
 * tracker that introduces them; the talk itself goes from page to page.
 *
 *     node examples/talk/main.js
 */

import process from 'node:process'
import { parseArgs } from 'node:util'
import { startTracker } from 'treecast/node'
import { serve } from './server.js'

const HELP = `usage: node examples/talk/main.js [--port N] [--tracker-port N]

  --port N           port of the pages (default: 8480)
  --tracker-port N   port of the tracker (default: 8470)
  --help             this text

Everything is on loopback: browsers hand out the microphone on https:// and on localhost only. Put both ports behind a
server that speaks https, and the talk can be heard everywhere.`

class UsageError extends Error {}

/** @param {string[]} args */
function parse(args) {
  try {
    const {
      port,
      'tracker-port': trackerPort,
      help
    } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8480' },
        'tracker-port': { type: 'string', default: '8470' },
        help: { type: 'boolean', default: false }
      }
    }).values
    return { port: whole('--port', port), trackerPort: whole('--tracker-port', trackerPort), help }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(message(error))
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function whole(name, text) {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new UsageError(`${name} ${text} is no port: 0 to 65535`)
}

/** @param {{ port: number, trackerPort: number }} ports */
async function main({ port, trackerPort }) {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  const tracker = await startTracker({ host: '127.0.0.1', port: trackerPort })
  try {
    const pages = await serve(port, { tracker: tracker.url })
    console.log(`talk here:   ${pages.address}`)
    console.log(`listen here: ${pages.address}listen.html (or by the link that the talk shows)`)
    if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
    await pages.close()
  } finally {
    await tracker.close()
  }
}

try {
  const options = parse(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else await main(options)
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(isUsage ? `${message(error)} (--help tells what can be said)` : message(error))
  process.exitCode = isUsage ? 2 : 1
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error)
}
