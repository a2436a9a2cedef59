/**
 * A plain static host on loopback, as a visitor's browser would meet one, with the strictest content security policy that
 * treecast promises to work under: scripts by URL from here alone, no eval, no blob, no inline style.
 */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const PAGES = fileURLToPath(new URL('pages/', import.meta.url))
const BUNDLES = fileURLToPath(new URL('../../dist/browser/', import.meta.url))

export const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self' ws: wss:",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self' blob:",
  "worker-src 'self'"
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav'
}

export interface SiteOptions {
  /** Folders by the path that they are served under. Beside these: `/treecast/` is dist/browser, and `/` the pages of this
   * folder. */
  readonly folders?: Readonly<Record<string, string>>
  /** The content security policy; undefined is {@link STRICT_POLICY}, null none. */
  readonly policy?: string | null
}

export interface Site {
  /** The address of a path, which may have a query. */
  url(path: string): string
  /** Every violation of the policy that a browser reported. */
  readonly violations: readonly string[]
  /** Every path that was asked for, with the status it got. */
  readonly requests: readonly { readonly path: string; readonly status: number }[]
  close(): Promise<void>
}

/** For a suite: hooks that start a site and end it. */
export function useSite(options: SiteOptions = {}): Site {
  let running: Site | undefined
  const get = (): Site => {
    if (running === undefined) throw new Error('the site runs only while its suite does')
    return running
  }
  before(async () => {
    running = await startSite(options)
  })
  after(async () => {
    await running?.close()
    running = undefined
  })
  return {
    url: (path) => get().url(path),
    get violations() {
      return get().violations
    },
    get requests() {
      return get().requests
    },
    close: () => get().close()
  }
}

export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const policy = options.policy === undefined ? STRICT_POLICY : options.policy
  // The longest path first, so that the root comes last.
  const folders = Object.entries({ '/': PAGES, '/treecast/': BUNDLES, ...options.folders }).sort(
    ([a], [b]) => b.length - a.length
  )
  const violations: string[] = []
  const requests: { path: string; status: number }[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname)
    if (path === '/csp') {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      violations.push(body)
      response.writeHead(204).end()
      return
    }
    const content = await find(path)
    const part = content && partOf(content, request.headers.range)
    const status = content === undefined ? 404 : part === undefined ? 200 : 206
    requests.push({ path, status })
    response.writeHead(status, {
      'accept-ranges': 'bytes',
      ...part?.headers,
      'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream',
      'cache-control': 'no-store',
      ...(policy === null ? {} : { 'content-security-policy': `${policy}; report-uri /csp` })
    })
    response.end(part?.content ?? content)
  }

  async function find(path: string): Promise<Buffer | undefined> {
    for (const [prefix, folder] of folders) {
      if (!path.startsWith(prefix)) continue
      const rest = normalize(path.slice(prefix.length))
      if (rest.startsWith('..')) return undefined
      return await readFile(join(folder, rest === '.' ? 'index.html' : rest)).catch(() => undefined)
    }
    return undefined
  }

  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}/${path.replace(/^\//, '')}`,
    violations,
    requests,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

/** What a media element asks for that seeks (RFC 9110 section 14). */
function partOf(
  content: Buffer,
  range: string | undefined
): { readonly content: Buffer; readonly headers: Record<string, string> } | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  if (first === undefined) return undefined
  const end = Math.min(content.length, last === '' ? Infinity : Number(last) + 1)
  const headers = { 'content-range': `bytes ${first}-${end - 1}/${content.length}` }
  return { content: content.subarray(Number(first), end), headers }
}
