/**
 * The tracker as a server: the tracker machine behind a WebSocket, and beside it, on the same port, what operators ask
 * by HTTP: `/healthz` (the process answers), `/readyz` (it takes joins), `/metrics`, `/stats.json`, `/status-json.xsl`.
 */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Registry } from 'prom-client'
import { WebSocketServer } from 'ws'
import { TreecastError } from '../protocol/errors.js'
import { MAX_MEMBERS, MAX_MESSAGE_BYTES } from '../protocol/limits.js'
import { Tracker, type TrackerInput, type TrackerShare, type TrackerStats } from '../protocol/tracker.js'
import type { BroadcastId } from '../protocol/wire/broadcast.js'
import { formatLink } from '../protocol/wire/link.js'
import { now } from '../runtime/clock.js'
import { randomUint32 } from '../runtime/crypto.js'
import { DeadlineTimer } from '../runtime/deadline-timer.js'
import { cannotListenOn } from '../transport/cannot-listen.js'
import type { Link, LinkLimits } from '../transport/link.js'
import { webSocketLink } from '../transport/websocket/index.js'
import { Admission, type Rejection, retryAfter } from './admission.js'
import { icecastStatus } from './icecast.js'
import { noLog } from './log.js'
import { openMetrics } from './metrics.js'
import { askerOf, Networks } from './networks.js'
import { type Answer, answerOperator, type Page } from './operations.js'
import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_JOIN_BURST,
  DEFAULT_JOINS_PER_SECOND,
  DEFAULT_TRACKER_PORT,
  type TrackerOptions
} from './options.js'

import type { StoreSession, StoreState, StoreStats, StoreUser } from './store/store.js'

/** A client that does not get its headers out in this time is a slow loris; ms. */
const HEADERS_TIMEOUT_MS = 4_000

/** Connections in all: every member's, and some that are being told that the tracker is full. */
const MAX_CONNECTIONS = MAX_MEMBERS + 1_000

/** A closing tracker lets go of so many a second, so that those that they turn to are not trampled; of more only where they would not
 * all be gone in time. */
const RELEASED_PER_SECOND = 200
const RELEASE_INTERVAL_MS = 50

/** What a tracker may have queued for one peer: a few answers. */
const LIMITS: LinkLimits = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  dataQueueBytes: 0,
  controlQueueBytes: 64 * 1024
}

export interface TrackerServerStats extends TrackerStats {
  /** Open WebSocket connections. */
  readonly connections: number
  readonly uptimeSeconds: number
  /** Whether it is closing. */
  readonly draining: boolean
  /** Since the start: connections that were let in, and those that were not, for each reason. */
  readonly accepted: number
  readonly rejectedFor: Readonly<Partial<Record<Rejection, number>>>
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** With a store: who is in the broadcasts that have members here, at all trackers, each once. While the store is away: what it said
   * last, or who is here if those are more. */
  readonly everywhere?: { readonly peers: number; readonly listeners: number }
  readonly store?: StoreStats & {
    readonly state: StoreState
    /** Since it came or went. */
    readonly forSeconds: number
    readonly why?: string
  }
}

/** A connection: until it has joined its address counts as that of a stranger. */
interface Connection {
  readonly link: Link
  readonly address: string
  isStranger: boolean
}

type AnyServer = Server | TlsServer

export class TrackerServer {
  /** Where peers reach it: ws://host:port, or wss://. */
  readonly url: string
  private readonly server: AnyServer
  private readonly options: TrackerOptions
  private readonly sockets: WebSocketServer
  private readonly machine: Tracker
  private readonly session: StoreSession | undefined
  private storeState: { state: StoreState; since: number; why: string }
  private readonly connections = new Map<number, Connection>()
  private readonly admission: Admission
  private readonly proxies: Networks
  private readonly log
  private readonly maxConnections: number
  private readonly metrics: Promise<Registry>
  private readonly startedAt = now()
  private nextLink = 1
  private readonly timer = new DeadlineTimer(() => this.give({ type: 'tick' }))
  private closed: Promise<void> | undefined
  private accepted = 0
  private readonly rejectedFor: Partial<Record<Rejection, number>> = {}
  private messagesIn = 0
  private messagesOut = 0
  private bytesIn = 0
  private bytesOut = 0

  /** Use {@link startTracker}. */
  constructor(server: AnyServer, options: TrackerOptions, admission: Admission, proxies: Networks) {
    this.server = server
    this.options = options
    this.admission = admission
    this.proxies = proxies
    this.log = options.log ?? noLog
    this.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
    this.url = urlOf(server, options)
    this.machine = new Tracker(randomUint32(), options.store !== undefined)
    this.storeState = { state: 'away', since: now(), why: 'not reached yet' }
    this.session = options.store?.attach(this.storeUser())
    admission.onBan = (address, forMs) => {
      this.log.info(this.named(address), 'an address is banned')
      this.session?.ban(address, forMs)
    }
    this.metrics = openMetrics(() => this.stats())
    server.on('request', (request, response) => answerOperator(request, response, this.pages))
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false
    })
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
    this.log.info({ url: this.url }, 'listening')
  }

  stats(): TrackerServerStats {
    const uptimeSeconds = Math.round((now() - this.startedAt) / 1000)
    const { state, since, why } = this.storeState
    return {
      ...this.machine.stats(),
      connections: this.connections.size,
      uptimeSeconds,
      draining: this.closed !== undefined,
      accepted: this.accepted,
      rejectedFor: { ...this.rejectedFor },
      messagesIn: this.messagesIn,
      messagesOut: this.messagesOut,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      ...(this.session === undefined
        ? {}
        : {
            everywhere: this.machine.broadcastStats().reduce(
              (sum, { peers, listeners }) => ({
                peers: sum.peers + peers,
                listeners: sum.listeners + listeners
              }),
              { peers: 0, listeners: 0 }
            ),
            store: {
              state,
              forSeconds: Math.round((now() - since) / 1000),
              ...(state === 'away' ? { why } : {}),
              ...this.session.stats
            }
          })
    }
  }

  /**
   * Reads the certificate and its key again, for those who connect from now on.
   *
   * @throws TreecastError `bad-option`; the old one stays.
   */
  reloadCertificate(): void {
    const { tls } = this.options
    if (tls === undefined) return
    readInto(this.server as TlsServer, tls)
    this.log.info({ cert: tls.cert }, 'certificate read again')
  }

  /**
   * Ends all connections, and the server. Nobody is let in any more; those who are in are let go of at an even pace, so that they do not
   * fall upon their other trackers all at once.
   *
   * @param withinSeconds all are gone by then; 0 for at once.
   */
  close(withinSeconds = DEFAULT_DRAIN_SECONDS): Promise<void> {
    this.closed ??= this.shutDown(withinSeconds)
    return this.closed
  }

  private async shutDown(withinSeconds: number): Promise<void> {
    this.log.info({ connections: this.connections.size, withinSeconds }, 'closing')
    await this.drain(withinSeconds * 1000)
    this.timer.clear()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const { link } of this.connections.values()) link.close()
    this.sockets.close()
    this.server.closeAllConnections()
    await closed
    await this.session?.close()
    this.log.info({}, 'closed')
  }

  private async drain(ms: number): Promise<void> {
    const endsAt = now() + ms
    while (this.connections.size > 0 && now() < endsAt) {
      const turns = Math.max(1, (endsAt - now()) / RELEASE_INTERVAL_MS)
      const pace = (RELEASED_PER_SECOND * RELEASE_INTERVAL_MS) / 1000
      let left = Math.ceil(Math.max(pace, this.connections.size / turns))
      for (const [number, { link }] of this.connections) {
        if (left-- === 0) break
        this.forget(number)
        link.close()
        this.give({ type: 'closed', link: number })
      }
      if (this.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, RELEASE_INTERVAL_MS))
    }
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', destroy)
    const address = askerOf(request, this.proxies)
    const rejection = this.judge(address, request.headers.origin)
    if (rejection !== undefined) {
      this.reject(socket, rejection, address)
      return
    }
    const { session, options } = this
    if (session === undefined || !this.admission.isLimited(address)) {
      this.accept(request, socket, head, address)
      return
    }
    const { joinsPerSecond = DEFAULT_JOINS_PER_SECOND, joinBurst = DEFAULT_JOIN_BURST } = options
    void session.admit(address, joinsPerSecond, joinBurst).then((isAdmitted) => {
      if (!isAdmitted) this.reject(socket, 'rate', address)
      else if (this.closed !== undefined) this.reject(socket, 'draining', address)
      else this.accept(request, socket, head, address)
    })
  }

  /** What the store may ask of us and tell us. */
  private storeUser(): StoreUser {
    return {
      members: () => this.machine.sharedMembers(),
      broadcasts: () => this.machine.broadcastKeys(),
      onElsewhere: (broadcast, elsewhere) => this.give({ type: 'elsewhere', broadcast, elsewhere }),
      onSignal: (broadcast, bytes) => this.give({ type: 'carried', broadcast, bytes }),
      onBan: (address, forMs) => this.admission.ban(address, now() + forMs),
      onState: (state, why) => {
        this.storeState = { state, since: now(), why }
        if (state === 'here') this.log.info({}, 'the store is here')
        else
          this.log.warn({ why }, `the store is away; going on with what is known, and trying again: ${why}`)
      }
    }
  }

  /** What the machine has for other trackers. */
  private share(session: StoreSession): void {
    for (const share of this.machine.takeShared()) {
      if (share.type === 'member') session.tell(share)
      else void this.carry(session, share)
    }
  }

  private async carry(session: StoreSession, share: Extract<TrackerShare, { type: 'carry' }>): Promise<void> {
    const { broadcast, to, bytes, link } = share
    const count = await session.carry(broadcast, to, bytes)
    if (count === 0 && link !== undefined) this.give({ type: 'nobody', link, peer: to })
  }

  private judge(address: string, origin: string | undefined): Rejection | undefined {
    if (this.closed !== undefined) return 'draining'
    if (this.connections.size >= this.maxConnections) return 'full'
    return this.admission.judge(address, origin, now())
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', destroy)
      this.accepted++
      this.open(webSocketLink(webSocket, LIMITS), address)
    })
  }

  private reject(socket: Duplex, rejection: Rejection, address: string): void {
    this.rejectedFor[rejection] = (this.rejectedFor[rejection] ?? 0) + 1
    this.log.debug({ reason: rejection, ...this.named(address) }, 'turned away')
    const status = STATUS_OF[rejection]
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: ${retryAfter(rejection)}\r\n\r\n`
    )
  }

  private open(link: Link, address: string): void {
    const number = this.nextLink++
    this.connections.set(number, { link, address, isStranger: true })
    this.admission.entered(address)
    link.onMessage = (bytes) => {
      this.messagesIn++
      this.bytesIn += bytes.byteLength
      this.give({ type: 'received', link: number, bytes })
    }
    link.onClose = () => {
      if (this.forget(number)) this.give({ type: 'closed', link: number })
    }
    this.give({ type: 'opened', link: number })
  }

  private give(input: TrackerInput): void {
    for (const output of this.machine.step(input, now())) {
      const connection = this.connections.get(output.link)
      if (connection === undefined) continue
      if (output.type === 'send') {
        this.messagesOut++
        this.bytesOut += output.bytes.byteLength
        connection.link.send('control', output.bytes)
      } else {
        if (output.why !== undefined) {
          this.admission.strike(connection.address, output.why, now())
          this.log.debug({ reason: output.why, ...this.named(connection.address) }, 'refused')
        }
        this.forget(output.link)
        connection.link.close()
      }
    }
    if (this.session !== undefined) this.share(this.session)
    if (input.type === 'received') this.settle(input.link)
    if (this.closed === undefined) this.timer.set(this.machine.nextDeadline())
  }

  /** It has spoken, and is still here: it has joined. */
  private settle(link: number): void {
    const connection = this.connections.get(link)
    if (connection?.isStranger !== true) return
    connection.isStranger = false
    this.admission.settled(connection.address)
  }

  private forget(link: number): boolean {
    this.settle(link)
    return this.connections.delete(link)
  }

  /** An address, where logs may hold them. */
  private named(address: string): object {
    return this.options.logAddresses === true ? { address } : {}
  }

  private readonly pages: Readonly<Record<string, Page>> = {
    '/healthz': () => ({ status: 200, body: { status: 'ok' } }),
    '/readyz': () => this.readiness(),
    '/stats.json': () => ({ status: 200, body: this.stats() }),
    '/metrics': async () => {
      const metrics = await this.metrics
      return { status: 200, body: await metrics.metrics(), type: metrics.contentType }
    },
    '/status-json.xsl': () => {
      const { directory = false, publicUrl = this.url } = this.options
      const link = directory ? (id: BroadcastId) => formatLink({ ...id, trackers: [publicUrl] }) : undefined
      return {
        status: 200,
        body: icecastStatus(this.machine.broadcastStats(), {
          url: publicUrl,
          startedAt: this.startedAt,
          link
        })
      }
    }
  }

  private readiness(): Answer {
    if (this.closed !== undefined) return { status: 503, body: { status: 'draining' } }
    if (this.connections.size >= this.maxConnections) return { status: 503, body: { status: 'full' } }
    if (this.session === undefined) return { status: 200, body: { status: 'ready' } }
    const { state, since, why } = this.storeState
    if (state === 'here') return { status: 200, body: { status: 'ready', store: state } }
    // Still 200: if all trackers were taken out of service when the store is away, the shows would lose them all.
    const awaySeconds = Math.round((now() - since) / 1000)
    return { status: 200, body: { status: 'degraded', store: state, awaySeconds, why } }
  }
}

/** Of all sockets before they are upgraded. Not a closure: it would keep the whole request as long as the connection lives. */
function destroy(this: Duplex): void {
  this.destroy()
}

const STATUS_OF: Readonly<Record<Rejection, string>> = {
  origin: '403 Forbidden',
  banned: '403 Forbidden',
  rate: '429 Too Many Requests',
  strangers: '429 Too Many Requests',
  full: '503 Service Unavailable',
  draining: '503 Service Unavailable'
}

function urlOf(server: AnyServer, { host, tls }: TrackerOptions): string {
  const { port, address, family } = server.address() as AddressInfo
  const everywhere = address === '::' || address === '0.0.0.0'
  const name = everywhere ? '127.0.0.1' : (host ?? address)
  const scheme = tls === undefined ? 'ws' : 'wss'
  return `${scheme}://${family === 'IPv6' && name.includes(':') ? `[${name}]` : name}:${port}`
}

function makeServer(tls: TrackerOptions['tls']): AnyServer {
  const options = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000 }
  if (tls === undefined) return createServer(options)
  const server = createTlsServer(options)
  readInto(server, tls)
  return server
}

function readInto(server: TlsServer, { cert, key }: NonNullable<TrackerOptions['tls']>): void {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFileSync(path)
    } catch (error) {
      throw badTls(`cannot read the ${what} ${path}: ${(error as Error).message}`, error)
    }
  }
  try {
    server.setSecureContext({ cert: read(cert, 'certificate'), key: read(key, "certificate's key") })
  } catch (error) {
    if (error instanceof TreecastError) throw error
    throw badTls(
      `${cert} and ${key} are no certificate and its key in PEM: ${(error as Error).message}`,
      error
    )
  }
}

function badTls(problem: string, cause: unknown): TreecastError {
  return new TreecastError('bad-option', `TLS: ${problem}`, { cause })
}

/**
 * Starts a tracker.
 *
 * @throws TreecastError `cannot-listen`; `bad-option` for a network, an origin or a certificate that is none.
 */
export async function startTracker(options: TrackerOptions = {}): Promise<TrackerServer> {
  const { host, port = DEFAULT_TRACKER_PORT } = options
  const admission = new Admission({
    ...options,
    joinsPerSecond: options.joinsPerSecond ?? DEFAULT_JOINS_PER_SECOND,
    joinBurst: options.joinBurst ?? DEFAULT_JOIN_BURST
  })
  const proxies = new Networks(options.trustedProxies ?? [], 'trustedProxies')
  const server = makeServer(options.tls)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(cannotListenOn(host ?? 'all addresses', port, error.code, error))
    )
    server.listen(port, host, resolve)
  })
  return new TrackerServer(server, options, admission, proxies)
}
