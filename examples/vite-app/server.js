/** Vite's server for development, on loopback. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createServer as createVite } from 'vite'

const HOST = '127.0.0.1'
const APP = fileURLToPath(new URL('page/', import.meta.url))

/**
 * @param {number} port 0 for any free one
 * @param {string} link of the show that the app plays
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
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
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (error) {
    await vite.close()
    throw new Error(`port ${port} cannot be had: choose another with --port, or 0 for any free one`, {
      cause: error
    })
  }
  const at = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    address: `http://${HOST}:${at.port}/`,
    async close() {
      await vite.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}
