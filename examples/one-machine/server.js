/**
 * The page's server, on loopback alone: hands out the page and the player beside it, tells every open page the story as
 * it goes, hears from those that play how they stand in the tree, and lets nobody else press the buttons.
 *
 * The story goes over a WebSocket: a browser opens six connections to a server and no more, all its tabs together, so
 * with an event stream for each the seventh tab would not even load.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { Files } from './files.js'
import { readReport } from './page-report.js'
import { keyOf, viewOf } from './view.js'

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {import('./story.js').Listener} Listener */
/** @typedef {import('./story.js').Story} Story */
/** @typedef {import('ws').WebSocket} WebSocket */

/**
 * @typedef {object} Show
 * @property {Story} story
 * @property {() => void} killBusiest
 * @property {(how: { isExtra: boolean }) => void} add
 */

const HOST = '127.0.0.1'

/** Everything from here; the tracker, and peers that are no browsers, by WebSocket. */
const POLICY = [
  "default-src 'none'",
  // WebAssembly: the decoder of browsers that have none of their own.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self' ws:",
  "media-src 'self' blob:",
  "img-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store'
}

/** As often as eyes need it: peers tell once a second, each in its own moment. */
const TELL_MS = 250

/** A page that is loaded again is away for so long at most. */
const RELOAD_MS = 4_000

/** What a page may take to close its connection. */
const FAREWELL_MS = 1_000

/** What a page may tell at once, and as many pages as may be open; bytes, and a number far beyond any tab bar. */
const MAX_REPORT = 32_768
const MAX_VISITORS = 200

/** A page that takes nothing any more is passed over until it has taken this much; bytes. */
const MAX_UNSENT = 262_144

/**
 * @param {Show} show
 * @param {number} port 0 for any free one
 * @throws {Error} where the port cannot be had
 */
export async function openStage(show, port) {
  const stage = new Stage(show)
  await stage.open(port)
  return stage
}

class Stage {
  #show
  #files = new Files()
  /** Who has it was given this page by us. */
  #token = randomBytes(18).toString('base64url')
  #server = createServer((request, response) => this.#answer(request, response))
  #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REPORT, perMessageDeflate: false })
  /** @type {Map<WebSocket, Listener | undefined>} Open pages; those that play are listeners. */
  #visitors = new Map()
  /** @type {Map<string, Listener>} Those that ever played, by the name that they gave themselves. */
  #known = new Map()
  #lastSeen = -Infinity
  #told = ''
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /** @param {Show} show */
  constructor(show) {
    this.#show = show
  }

  get address() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `http://${HOST}:${port}/`
  }

  /** Whether somebody has the page open, or is just loading it again. */
  get isWatched() {
    return this.#visitors.size > 0 || Date.now() - this.#lastSeen < RELOAD_MS
  }

  /** @param {number} port */
  async open(port) {
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#server.listen(port, HOST)
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      const why =
        /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE' ? 'is taken' : 'cannot be had'
      throw new Error(`port ${port} ${why}: choose another with --port, or none for any free one`, {
        cause: error
      })
    }
    this.#timer = setInterval(() => this.#tell(), TELL_MS)
  }

  /** Tells the pages how the show ended, and closes. */
  async close() {
    clearInterval(this.#timer)
    this.#tell()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.#visitors.keys()) socket.close(1000, 'the show is over')
    // A tab that sleeps does not say farewell.
    const patience = setTimeout(() => {
      for (const socket of this.#visitors.keys()) socket.terminate()
    }, FAREWELL_MS)
    await closed
    clearTimeout(patience)
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  #answer(request, response) {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { method = '', url = '' } = request
    if (!isOurHost(request)) return refuse(response, 421, 'this page is on loopback only')
    const { pathname } = new URL(url, 'http://page')
    if (method === 'POST') return this.#press(pathname, request, response)
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only GET, HEAD and POST')
    const file = this.#files.read(pathname, { token: this.#token })
    if (file === undefined) return refuse(response, 404, 'there is no such page')
    response.setHeader('content-type', file.type)
    response.end(method === 'HEAD' ? undefined : file.body)
  }

  /**
   * A button.
   *
   * @param {string} path
   * @param {Request} request
   * @param {Response} response
   */
  #press(path, request, response) {
    if (!isSameOrigin(request) || !this.#hasToken(request.headers['x-stage-token'])) {
      return refuse(response, 403, 'only the page itself may do this')
    }
    const { story } = this.#show
    if (path === '/kill') {
      if (story.busiest === undefined || story.isOver) return refuse(response, 409, 'nobody feeds anybody')
      this.#show.killBusiest()
    } else if (path === '/add') {
      if (story.isFull || story.isOver) return refuse(response, 409, 'nobody can be added')
      this.#show.add({ isExtra: true })
    } else {
      return refuse(response, 404, 'there is no such button')
    }
    this.#tell()
    response.writeHead(204).end()
  }

  /**
   * @param {Request} request
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  #upgrade(request, socket, head) {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://page')
    const isOurs =
      isOurHost(request) && isSameOrigin(request) && this.#hasToken(searchParams.get('token') ?? undefined)
    if (pathname !== '/story' || !isOurs || this.#visitors.size >= MAX_VISITORS) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    const name = searchParams.get('page') ?? ''
    this.#sockets.handleUpgrade(request, socket, head, (visitor) => this.#welcome(visitor, name))
  }

  /**
   * @param {WebSocket} visitor
   * @param {string} name that the page gave itself, by which it is known when its connection was lost
   */
  #welcome(visitor, name) {
    this.#visitors.set(visitor, undefined)
    visitor.on('message', (data) => this.#heard(visitor, name, String(data)))
    visitor.on('error', () => visitor.terminate())
    visitor.on('close', () => {
      const page = this.#visitors.get(visitor)
      this.#visitors.delete(visitor)
      this.#lastSeen = Date.now()
      if (page !== undefined) this.#show.story.pageGone(page, Date.now())
    })
    const page = this.#known.get(name)
    if (page !== undefined) visitor.send(JSON.stringify({ you: keyOf(page) }))
    visitor.send(JSON.stringify({ view: viewOf(this.#show.story, Date.now()) }))
  }

  /**
   * A page tells how it stands in the tree, or that it plays no more.
   *
   * @param {WebSocket} visitor
   * @param {string} name
   * @param {string} text
   */
  #heard(visitor, name, text) {
    const { story } = this.#show
    const report = readReport(text)
    if (report === undefined) return visitor.close(1008, 'not a report')
    const known = this.#visitors.get(visitor)
    if (report.stats === undefined) {
      if (known !== undefined) story.pageGone(known, Date.now())
      return
    }
    if (story.isOver) return
    const page = known ?? this.#known.get(name) ?? story.addPage()
    if (known === undefined) {
      this.#visitors.set(visitor, page)
      this.#known.set(name, page)
      visitor.send(JSON.stringify({ you: keyOf(page) }))
    }
    story.pageTold(page, report.stats, Date.now())
  }

  /** Tells all pages, if there is something new. */
  #tell() {
    if (this.#visitors.size === 0) return
    const view = viewOf(this.#show.story, Date.now())
    // That time goes on is known without being told.
    const news = JSON.stringify({ ...view, showMs: 0 })
    if (news === this.#told) return
    this.#told = news
    const text = JSON.stringify({ view })
    for (const visitor of this.#visitors.keys()) {
      if (visitor.bufferedAmount < MAX_UNSENT) visitor.send(text)
    }
  }

  /** @param {string | string[] | undefined} token */
  #hasToken(token) {
    const [given, own] = [Buffer.from(String(token)), Buffer.from(this.#token)]
    return given.length === own.length && timingSafeEqual(given, own)
  }
}

/**
 * Whether a browser was sent here by a name of this machine. A name of somebody else's that leads to it would make this
 * page a part of their site.
 *
 * @param {Request} request
 */
function isOurHost({ headers: { host = '' } }) {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)
}

/**
 * Whether the page that asks is one of ours, as the browser says.
 *
 * @param {Request} request
 */
function isSameOrigin({ headers: { host = '', origin } }) {
  return origin === `http://${host}`
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} why
 */
function refuse(response, status, why) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}
