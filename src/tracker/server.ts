/**
 * The tracker as a server: the tracker machine behind a WebSocket, and beside it, on the same port, what operators ask
 * by HTTP: `/healthz` (the process answers), `/readyz` (it takes joins), `/metrics`, `/stats.json`, `/status-json.xsl`.
 */

import { createHash, randomBytes } from 'node:crypto'
import type { Server as TlsServer } from 'node:https'
import { LOAD, SALT_BYTES } from '../protocol/tracker/machine.js'
import { Tracker, type TrackerInput, type TrackerStats } from '../protocol/tracker.js'
import type { BroadcastId } from '../protocol/wire/broadcast.js'
import { formatLink } from '../protocol/wire/link.js'
import { now } from '../runtime/clock.js'
import { randomUint32 } from '../runtime/crypto.js'
import { DeadlineTimer } from '../runtime/deadline-timer.js'
import type { Link } from '../transport/link.js'
import { Admission, type RejectionReason } from './admission.js'
import { Entrance } from './entrance.js'
import { icecastStatus } from './icecast.js'
import {
  DEFAULT_JOIN_BURST,
  DEFAULT_JOINS_PER_SECOND,
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_SERVED_PER_SECOND,
  RELEASE_INTERVAL_MS,
  RELEASED_PER_SECOND,
  SALT_MS,
  SERVED_BURST_SECONDS
} from './limits.js'
import { LoadMeter } from './load.js'
import { noLog } from './log.js'
import { type Metrics, openMetrics } from './metrics.js'
import { Networks } from './networks.js'
import { type Answer, answerOperator, type Page } from './operations.js'
import { DEFAULT_DRAIN_SECONDS, type TrackerOptions } from './options.js'
import { Sharing } from './sharing.js'
import type { StoreState, StoreStats } from './store/store.js'
import { type AnyServer, listen, makeServer, readCertificate, urlOf } from './web-server.js'

export interface TrackerServerStats extends TrackerStats {
  /** Open WebSocket connections. */
  readonly connections: number
  readonly uptimeSeconds: number
  /** Whether it is closing. */
  readonly draining: boolean
  /** Since the start: connections that were let in, and those that were not, for each reason. */
  readonly accepted: number
  readonly rejectedFor: Readonly<Partial<Record<RejectionReason, number>>>
  /** Connections that have not said yet what they want. */
  readonly raw: number
  /** How late its event loop is, as a mean of the last second or so; and what is given up for it: one of `LOAD`, 0 for nothing. */
  readonly lagSeconds: number
  readonly load: number
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

export class TrackerServer {
  /** Where peers reach it: ws://host:port, or wss://. */
  readonly url: string
  private readonly server: AnyServer
  private readonly options: TrackerOptions
  private readonly machine: Tracker
  private readonly sharing: Sharing | undefined
  private readonly connections = new Map<number, Connection>()
  private readonly admission: Admission
  private readonly entrance: Entrance
  private readonly log
  private readonly maxConnections: number
  private readonly metrics: Promise<Metrics>
  private readonly startedAt = now()
  private nextLink = 1
  private readonly timer = new DeadlineTimer(() => this.give({ type: 'tick' }))
  private readonly meter = new LoadMeter(() => this.feelLoad())
  private load: number = LOAD.calm
  private salt = { bytes: randomBytes(SALT_BYTES), until: now() + SALT_MS }
  private closed: Promise<void> | undefined
  private messagesIn = 0
  private messagesOut = 0
  private bytesIn = 0
  private bytesOut = 0

  /** Use {@link startTracker}. */
  constructor(
    server: AnyServer,
    options: TrackerOptions,
    admission: Admission,
    proxies: Networks,
    turnServers: Networks
  ) {
    this.server = server
    this.options = options
    this.admission = admission
    this.log = options.log ?? noLog
    this.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS
    this.url = urlOf(server, options)
    const { servedPerSecond = DEFAULT_SERVED_PER_SECOND, store } = options
    this.machine = new Tracker({
      seed: randomUint32(),
      shares: store !== undefined,
      joinsPerSecond: servedPerSecond,
      joinBurst: servedPerSecond * SERVED_BURST_SECONDS,
      isRelay: (address) => turnServers.has(address)
    })
    this.machine.step({ type: 'load', load: this.load, salt: this.salt.bytes }, now())
    this.sharing =
      store === undefined
        ? undefined
        : new Sharing(store, this.machine, admission, this.log, (input) => this.give(input))
    admission.onBan = (address, forMs) => {
      this.log.info(this.named(address), 'an address is banned')
      this.sharing?.session.ban(address, forMs)
    }
    this.metrics = openMetrics(() => this.stats())
    this.entrance = new Entrance(server, options, admission, proxies, {
      isShut: () => this.shut,
      onLink: (link, address) => this.open(link, address),
      onRejected: (reason, address) => this.log.debug({ reason, ...this.named(address) }, 'turned away'),
      session: () => this.sharing?.session
    })
    server.on('request', (request, response) => answerOperator(request, response, this.pages))
    this.log.info({ url: this.url }, 'listening')
  }

  stats(): TrackerServerStats {
    return {
      ...this.machine.stats(),
      connections: this.connections.size,
      raw: this.entrance.raw,
      uptimeSeconds: Math.round((now() - this.startedAt) / 1000),
      draining: this.closed !== undefined,
      lagSeconds: this.meter.lagMs / 1000,
      load: this.load,
      accepted: this.entrance.accepted,
      rejectedFor: this.entrance.rejectedFor,
      messagesIn: this.messagesIn,
      messagesOut: this.messagesOut,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      ...this.sharing?.stats()
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
    readCertificate(this.server as TlsServer, tls)
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
    this.meter.stop()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const { link } of this.connections.values()) link.close()
    this.entrance.close()
    this.server.closeAllConnections()
    await closed
    await this.sharing?.session.close()
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

  /** Why nobody is let in, if that is so. */
  private get shut(): 'draining' | 'full' | undefined {
    if (this.closed !== undefined) return 'draining'
    return this.connections.size >= this.maxConnections ? 'full' : undefined
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
    link.onClose = (reason) => {
      // What is no WebSocket message never came to the machine.
      if (reason === 'malformed') this.admission.strike(address, reason, now())
      if (this.forget(number)) this.give({ type: 'closed', link: number })
    }
    this.give({ type: 'opened', link: number, network: this.admission.networkOf(address), address })
  }

  private give(input: TrackerInput): void {
    for (const output of this.machine.step(input, now())) {
      const connection = this.connections.get(output.link)
      if (connection === undefined) continue
      switch (output.type) {
        case 'send':
          this.messagesOut++
          this.bytesOut += output.bytes.byteLength
          connection.link.send('control', output.bytes)
          break
        case 'joined':
          this.settle(output.link)
          break
        case 'digest': {
          const digest = createHash('sha256').update(output.message).digest()
          this.give({ type: 'digested', link: output.link, digest })
          break
        }
        case 'close':
          if (output.why !== undefined) {
            this.admission.strike(connection.address, output.why, now())
            this.log.debug({ reason: output.why, ...this.named(connection.address) }, 'refused')
          }
          this.forget(output.link)
          connection.link.close()
      }
    }
    this.sharing?.flush()
    if (this.closed === undefined) this.timer.set(this.machine.nextDeadline())
  }

  /** Looks how busy we are, and gives up what that asks for. */
  private feelLoad(): void {
    const isStale = now() >= this.salt.until
    const { load, lagMs } = this.meter
    if (load === this.load && !isStale) return
    if (load > this.load && load >= LOAD.joins)
      this.log.warn({ lagMs: Math.round(lagMs), load }, 'too busy for all that is asked')
    this.load = load
    if (isStale) this.salt = { bytes: randomBytes(SALT_BYTES), until: now() + SALT_MS }
    this.give({ type: 'load', load, salt: this.salt.bytes })
  }

  /** It has joined, or is gone. */
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
    '/stats.json': () => this.unlessBusy(() => this.stats()),
    '/metrics': async () => {
      const { text, type } = await (await this.metrics)()
      return { status: 200, body: text, type }
    },
    '/status-json.xsl': () =>
      this.unlessBusy(() => {
        const { directory = false, publicUrl = this.url } = this.options
        const link = directory ? (id: BroadcastId) => formatLink({ ...id, trackers: [publicUrl] }) : undefined
        const { startedAt } = this
        return icecastStatus(this.machine.broadcastStats(), { url: publicUrl, startedAt, link })
      })
  }

  /** What a busy tracker does without first. */
  private unlessBusy(body: () => object): Answer {
    if (this.load >= LOAD.stats) return { status: 503, body: { error: 'busy with peers; ask again later' } }
    return { status: 200, body: body() }
  }

  private readiness(): Answer {
    const { shut } = this
    if (shut !== undefined) return { status: 503, body: { status: shut } }
    return { status: 200, body: this.sharing?.readiness() ?? { status: 'ready' } }
  }
}

/**
 * Starts a tracker.
 *
 * @throws TreecastError `cannot-listen`; `bad-option` for a network, an origin or a certificate that is none.
 */
export async function startTracker(options: TrackerOptions = {}): Promise<TrackerServer> {
  const admission = new Admission({
    ...options,
    joinsPerSecond: options.joinsPerSecond ?? DEFAULT_JOINS_PER_SECOND,
    joinBurst: options.joinBurst ?? DEFAULT_JOIN_BURST,
    limitPrivate: options.limitPrivate ?? false
  })
  const proxies = new Networks(options.trustedProxies ?? [], 'trustedProxies')
  const turnServers = new Networks(options.turnServers ?? [], 'turnServers')
  const server = makeServer(options.tls)
  await listen(server, options)
  return new TrackerServer(server, options, admission, proxies, turnServers)
}
