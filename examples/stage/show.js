/** A show on the air on this machine, and a page that plays it: what examples with a page of one player have in common. */

import { fileURLToPath } from 'node:url'
import { broadcast, startTracker } from 'treecast/node'
import { command } from './command.js'

const SHOW = fileURLToPath(new URL('../one-machine/show.opus', import.meta.url))

/**
 * Runs an example until Ctrl-C.
 *
 * @param {string} path of the example, for its help
 * @param {(port: number, link: string) => Promise<import('./loopback.js').Site>} serve the page
 */
export function showWithPage(path, serve) {
  const help = `usage: node ${path} [--port N] [--show FILE]

  --port N      port of the page (default: any that is free)
  --show FILE   the Ogg Opus file that is on the air, over and over (default: a guided tour of a minute)
  --help        this text

Everything is on loopback. Ctrl-C ends it.`
  return command(help, { port: '0', show: SHOW }, async ({ port, show: source }, stopped) => {
    const tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    try {
      const show = await broadcast({ source, trackers: [tracker.url], name: 'tour', loop: true })
      try {
        const page = await serve(Number(port), show.link)
        console.log(`the page:    ${page.address}`)
        console.log(`the show:    ${show.link}`)
        console.log(`the tracker: ${tracker.url}`)
        await stopped()
        await page.close()
      } finally {
        await show.close()
      }
    } finally {
      await tracker.close()
    }
  })
}
