/** Vite's server for development, on loopback. */

import { createServer } from 'node:http'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createServer as createVite } from 'vite'
import { listenOn } from '../stage/loopback.js'

const APP = fileURLToPath(new URL('page/', import.meta.url))

/**
 * @param {number} port 0 for any free one
 * @param {string} link of the show that the app plays
 * @returns {Promise<import('../stage/loopback.js').Site>}
 * @throws {Error} where the port cannot be had
 */
export async function serve(port, link) {
  // As a developer would write it into `.env`.
  process.env.VITE_TREECAST_LINK = link
  // Not Vite's own server, which would end the process at SIGTERM before the show has ended in good order.
  const server = createServer()
  const vite = await createVite({
    root: APP,
    configFile: false,
    logLevel: 'warn',
    server: { middlewareMode: true, hmr: { server } }
  })
  server.on('request', vite.middlewares)
  try {
    const site = await listenOn(server, port)
    return {
      ...site,
      async close() {
        await vite.close()
        await site.close()
      }
    }
  } catch (error) {
    await vite.close()
    throw error
  }
}
