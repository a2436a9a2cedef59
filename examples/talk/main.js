/**
 * A talk from the microphone: one page speaks, others listen and pass it on. This file serves the pages and runs the
 * tracker that introduces them; the talk itself goes from page to page.
 *
 *     node examples/talk/main.js
 */

import { startTracker } from 'treecast/node'
import { command } from '../stage/command.js'
import { serve } from '../stage/static-host.js'

const HELP = `usage: node examples/talk/main.js [--port N] [--tracker-port N]

  --port N           port of the pages (default: 8480)
  --tracker-port N   port of the tracker (default: 8470)
  --help             this text

Everything is on loopback: browsers hand out the microphone on https:// and on localhost only. Put both ports behind a
server that speaks https, and the talk can be heard everywhere.`

const PAGES = new URL('page/', import.meta.url)

await command(HELP, { port: '8480', 'tracker-port': '8470' }, async (ports, stopped) => {
  const tracker = await startTracker({ host: '127.0.0.1', port: Number(ports['tracker-port']) })
  try {
    const pages = await serve(PAGES, Number(ports.port), { tracker: tracker.url })
    console.log(`talk here:   ${pages.address}`)
    console.log(`listen here: ${pages.address}listen.html (or by the link that the talk shows)`)
    await stopped()
    await pages.close()
  } finally {
    await tracker.close()
  }
})
