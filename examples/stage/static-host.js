/** A plain static server on loopback: the pages of an example, and the built library under `/treecast/`. */

import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { listenOn } from './loopback.js'

const LIBRARY = new URL('../../dist/browser/', import.meta.url)

/** @type {Readonly<Record<string, string>>} What is not named here is not handed out. */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.map': 'application/json'
}

/** treecast needs no more than this: files of its own, and links to the tracker and to peers. */
const POLICY = [
  "default-src 'none'",
  // WebAssembly: the decoder of browsers that have none of their own.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self' ws: wss:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'permissions-policy': 'microphone=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache'
}

/**
 * @param {URL} pages the folder of the pages
 * @param {number} port 0 for any free one
 * @param {Readonly<Record<string, string>>} words that stand in the pages as `{{name}}`
 * @returns {Promise<import('./loopback.js').Site>}
 * @throws {Error} where the library is not built, or the port cannot be had
 */
export async function serve(pages, port, words) {
  if (!existsSync(LIBRARY)) throw new Error('treecast is not built yet: npm run build')
  const files = new Map([
    ...folder('/', pages),
    ...folder('/treecast/', LIBRARY),
    ['/', new URL('index.html', pages)]
  ])
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://page').pathname)
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('there is no such page\n')
      return
    }
    void read(file, words).then((body) => {
      response.setHeader('content-type', TYPES[extname(file.pathname)] ?? '')
      response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
  return listenOn(server, port)
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

/**
 * @param {URL} file
 * @param {Readonly<Record<string, string>>} words
 */
async function read(file, words) {
  const body = await readFile(file)
  if (extname(file.pathname) !== '.html') return body
  return body.toString().replace(/\{\{(\w+)\}\}/g, (_, word) => words[word] ?? '')
}
