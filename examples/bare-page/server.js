/** A static host on loopback: the files of the page, and the built library under `/treecast/`. */

import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { extname } from 'node:path'

const HOST = '127.0.0.1'
const PAGE = new URL('page/', import.meta.url)
const LIBRARY = new URL('../../dist/browser/', import.meta.url)

/** @type {Readonly<Record<string, string>>} What is not named here is not handed out. */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json'
}

/** The strictest policy that treecast works under. */
const POLICY = [
  "default-src 'none'",
  // WebAssembly: the decoder of browsers that have none of their own.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self' ws: wss:",
  "media-src 'self' blob:",
  "worker-src 'self'"
].join('; ')

/**
 * @param {number} port 0 for any free one
 * @param {{ link: string }} show what stands in the page as `{{link}}`
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 * @throws {Error} where the library is not built, or the port cannot be had
 */
export async function serve(port, { link }) {
  if (!existsSync(LIBRARY)) throw new Error('treecast is not built yet: npm run build')
  const files = new Map([...folder('/', PAGE), ...folder('/treecast/', LIBRARY)])
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const file = files.get(pathname === '/' ? '/index.html' : pathname)
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('there is no such page\n')
      return
    }
    const type = extname(file.pathname)
    const body = await readFile(file)
    response.writeHead(200, { 'content-type': TYPES[type], 'content-security-policy': POLICY })
    response.end(type === '.html' ? body.toString().replace('{{link}}', link) : body)
  })
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

/**
 * The files of a folder by their paths: nothing else is ever read.
 *
 * @param {string} path
 * @param {URL} directory
 * @returns {[string, URL][]}
 */
function folder(path, directory) {
  return readdirSync(directory)
    .filter((name) => extname(name) in TYPES)
    .map((name) => [path + name, new URL(name, directory)])
}
