/**
 * The tracker as a server: the tracker machine behind a WebSocket, and beside it, on the same port, what operators ask
 * by HTTP: `/healthz` (the process answers), `/readyz` (it takes joins), `/stats.json`.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { MAX_MEMBERS, MAX_MESSAGE_BYTES } from '../protocol/limits.js'
import { Tracker, type TrackerInput, type TrackerStats } from '../protocol/tracker.js'
import { now } from '../runtime/clock.js'
import { randomUint32 } from '../runtime/crypto.js'
import { DeadlineTimer } from '../runtime/deadline-timer.js'
import { cannotListenOn } from '../transport/cannot-listen.js'
import type { Link, LinkLimits } from '../transport/link.js'
import { webSocketLink } from '../transport/websocket/index.js'

/** A client that does not get its headers out in this time is a slow loris; ms. */
const HEADERS_TIMEOUT_MS = 4_000

/** Connections in all: every member's, and some that are being told that the tracker is full. */
const MAX_CONNECTIONS = MAX_MEMBERS + 1_000

/** What a tracker may have queued for one peer: a few answers. */
const LIMITS: LinkLimits = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  dataQueueBytes: 0,
  controlQueueBytes: 64 * 1024
}

export interface TrackerOptions {
  /** Address to listen on. Default: all of this machine's. */
  readonly host?: string
  /** Default 8470; 0 picks a free one. */
  readonly port?: number
}

/** The tracker's port where none is told: unassigned by IANA, and free of what usually runs on web ports. */
export const DEFAULT_TRACKER_PORT = 8470

export interface TrackerServerStats extends TrackerStats {
  /** Open WebSocket connections. */
  readonly connections: number
  readonly uptimeSeconds: number
}

export class TrackerServer {
  /** Where peers reach it: ws://host:port. */
  readonly url: string
  private readonly server: Server
  private readonly sockets: WebSocketServer
  private readonly machine = new Tracker(randomUint32())
  private readonly links = new Map<number, Link>()
  private readonly startedAt = now()
  private nextLink = 1
  private readonly timer = new DeadlineTimer(() => this.give({ type: 'tick' }))
  private closed: Promise<void> | undefined

  /** Use {@link startTracker}. */
  constructor(server: Server, host: string | undefined) {
    this.server = server
    const { port, address, family } = server.address() as AddressInfo
    const everywhere = address === '::' || address === '0.0.0.0'
    const name = everywhere ? '127.0.0.1' : (host ?? address)
    this.url = `ws://${family === 'IPv6' && name.includes(':') ? `[${name}]` : name}:${port}`
    server.on('request', (request, response) => this.answer(request, response))
    this.sockets = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
    this.sockets.on('connection', (socket) => this.open(webSocketLink(socket, LIMITS)))
  }

  stats(): TrackerServerStats {
    const uptimeSeconds = Math.round((now() - this.startedAt) / 1000)
    return { ...this.machine.stats(), connections: this.links.size, uptimeSeconds }
  }

  /** Ends all connections and the server. Peers turn to their other trackers, or come back to this one. */
  close(): Promise<void> {
    this.closed ??= this.shutDown()
    return this.closed
  }

  private async shutDown(): Promise<void> {
    this.timer.clear()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const link of this.links.values()) link.close()
    this.sockets.close()
    this.server.closeAllConnections()
    await closed
  }

  private open(link: Link): void {
    if (this.links.size >= MAX_CONNECTIONS) {
      link.close()
      return
    }
    const number = this.nextLink++
    this.links.set(number, link)
    link.onMessage = (bytes) => this.give({ type: 'received', link: number, bytes })
    link.onClose = () => {
      if (this.links.delete(number)) this.give({ type: 'closed', link: number })
    }
    this.give({ type: 'opened', link: number })
  }

  private give(input: TrackerInput): void {
    for (const output of this.machine.step(input, now())) {
      const link = this.links.get(output.link)
      if (output.type === 'send') link?.send('control', output.bytes)
      else {
        this.links.delete(output.link)
        link?.close()
      }
    }
    if (this.closed === undefined) this.timer.set(this.machine.nextDeadline())
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, { error: 'only GET is answered here' })
      return
    }
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        send(response, 200, { status: 'ok' })
        break
      case '/readyz':
        if (this.closed !== undefined) send(response, 503, { status: 'closing' })
        else send(response, 200, { status: 'ready' })
        break
      case '/stats.json':
        send(response, 200, this.stats())
        break
      default:
        send(response, 404, {
          error: 'a treecast tracker: /healthz /readyz /stats.json, and a WebSocket for peers'
        })
    }
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}

/**
 * Starts a tracker.
 *
 * @throws TreecastError `cannot-listen`.
 */
export function startTracker(options: TrackerOptions = {}): Promise<TrackerServer> {
  const { host, port = DEFAULT_TRACKER_PORT } = options
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000 })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(cannotListenOn(host ?? 'all addresses', port, error.code, error))
    )
    server.listen(port, host, () => resolve(new TrackerServer(server, host)))
  })
}
