/**
 * An app that Vite builds, with treecast from npm's point of view: `import 'treecast/player'` and no configuration. This file
 * runs a tracker, a broadcast, and Vite's server for development, which loads the page again when its files change.
 *
 *     node examples/vite-app/main.js
 */

import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { broadcast, startTracker } from 'treecast/node'
import { serve } from './server.js'

const HELP = `usage: node examples/vite-app/main.js [--port N] [--show FILE]

  --port N      port of the page (default: any that is free)
  --show FILE   the Ogg Opus file that is on the air, over and over (default: a guided tour of a minute)
  --help        this text

Everything is on loopback. Ctrl-C ends it.`

const SHOW = fileURLToPath(new URL('../one-machine/show.opus', import.meta.url))

class UsageError extends Error {}

/** @param {string[]} args */
function parse(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '0' },
        show: { type: 'string', default: SHOW },
        help: { type: 'boolean', default: false }
      }
    })
    const port = Number(values.port)
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) return { ...values, port }
    throw new UsageError(`--port ${values.port} is no port: 0 to 65535`)
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(message(error))
  }
}

/** @param {{ port: number, show: string }} options */
async function main({ port, show: source }) {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  const tracker = await startTracker({ host: '127.0.0.1', port: 0 })
  try {
    const show = await broadcast({ source, trackers: [tracker.url], name: 'tour', loop: true })
    try {
      const page = await serve(port, show.link)
      console.log(`the page:    ${page.address}`)
      console.log(`the show:    ${show.link}`)
      console.log(`the tracker: ${tracker.url}`)
      await aborted(stop.signal)
      await page.close()
    } finally {
      await show.close()
    }
  } finally {
    await tracker.close()
  }
}

/** @param {AbortSignal} signal */
async function aborted(signal) {
  if (!signal.aborted) await once(signal, 'abort')
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
