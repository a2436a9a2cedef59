/** A web server on loopback. */

import { once } from 'node:events'

const HOST = '127.0.0.1'

/**
 * @typedef {object} Site
 * @property {string} address
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('node:http').Server} server
 * @param {number} port 0 for any free one
 * @returns {Promise<Site>}
 * @throws {Error} where the port cannot be had
 */
export async function listenOn(server, port) {
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`port ${port} cannot be had: choose another with --port, or 0 for any free one`, {
      cause: error
    })
  }
  const at = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    address: `http://${HOST}:${at.port}/`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}
