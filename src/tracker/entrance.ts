/** From a connection to a link: who may come in, and the WebSocket that it becomes. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_MESSAGE_BYTES } from '../protocol/limits.js'
import { TokenBucket } from '../protocol/tree/token-bucket.js'
import { now } from '../runtime/clock.js'
import type { Link, LinkLimits } from '../transport/link.js'
import { webSocketLink } from '../transport/websocket/index.js'
import { type Admission, type Rejection, type RejectionReason, retryAfter } from './admission.js'
import { Gate } from './gate.js'
import {
  CONTROL_QUEUE_BYTES,
  DEFAULT_JOIN_BURST,
  DEFAULT_JOINS_PER_SECOND,
  MAX_CHUNKS,
  MAX_FRAGMENTS,
  PINGS_BURST,
  PINGS_PER_SECOND
} from './limits.js'
import { askerOf, type Networks } from './networks.js'
import type { TrackerOptions } from './options.js'
import type { StoreSession } from './store/store.js'
import type { AnyServer } from './web-server.js'

const LIMITS: LinkLimits = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  dataQueueBytes: 0,
  controlQueueBytes: CONTROL_QUEUE_BYTES
}

const STATUS_OF: Readonly<Record<Rejection, string>> = {
  origin: '403 Forbidden',
  banned: '403 Forbidden',
  rate: '429 Too Many Requests',
  strangers: '429 Too Many Requests',
  full: '503 Service Unavailable',
  draining: '503 Service Unavailable'
}

export interface EntranceEvents {
  /** Why nobody at all may come in now; undefined if somebody may. */
  readonly isShut: () => 'draining' | 'full' | undefined
  readonly onLink: (link: Link, address: string) => void
  readonly onRejected: (reason: Rejection, address: string) => void
  /** With whom addresses are counted together, if with anybody. */
  readonly session: () => StoreSession | undefined
}

export class Entrance {
  /** Connections that were let in, since the start. */
  accepted = 0
  private readonly options: TrackerOptions
  private readonly admission: Admission
  private readonly events: EntranceEvents
  private readonly proxies: Networks
  private readonly gate: Gate
  private readonly sockets: WebSocketServer
  private readonly rejected: Partial<Record<Rejection, number>> = {}

  constructor(
    server: AnyServer,
    options: TrackerOptions,
    admission: Admission,
    proxies: Networks,
    events: EntranceEvents
  ) {
    this.options = options
    this.admission = admission
    this.events = events
    this.proxies = proxies
    this.gate = new Gate(server, {
      proxies,
      countsPrivate: options.limitPrivate ?? false,
      isWelcome: (address) => admission.isWelcome(address, now())
    })
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      maxPayload: MAX_MESSAGE_BYTES,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
      perMessageDeflate: false
    })
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  /** Connections that have not said yet what they want. */
  get raw(): number {
    return this.gate.size
  }

  /** For each reason how many were turned away, since the start. */
  get rejectedFor(): Partial<Record<RejectionReason, number>> {
    const { closed: unread } = this.gate
    return { ...this.rejected, ...(unread > 0 ? { unread } : {}) }
  }

  close(): void {
    this.sockets.close()
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', destroy)
    const address = askerOf(request, this.proxies)
    const rejection = this.events.isShut() ?? this.admission.judge(address, request.headers.origin, now())
    if (rejection !== undefined) {
      this.reject(socket, rejection, address)
      return
    }
    const session = this.events.session()
    if (session === undefined || !this.admission.isLimited(address)) {
      this.accept(request, socket, head, address)
      return
    }
    const { joinsPerSecond = DEFAULT_JOINS_PER_SECOND, joinBurst = DEFAULT_JOIN_BURST } = this.options
    void session.admit(address, joinsPerSecond, joinBurst).then((isAdmitted) => {
      const late = isAdmitted ? this.events.isShut() : 'rate'
      if (late !== undefined) this.reject(socket, late, address)
      else this.accept(request, socket, head, address)
    })
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    this.gate.passed(request.socket)
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', destroy)
      this.accepted++
      answerPings(webSocket)
      this.events.onLink(webSocketLink(webSocket, LIMITS), address)
    })
  }

  private reject(socket: Duplex, rejection: Rejection, address: string): void {
    this.rejected[rejection] = (this.rejected[rejection] ?? 0) + 1
    this.events.onRejected(rejection, address)
    // Destroyed when that is said: the other end might never end it.
    socket.end(
      `HTTP/1.1 ${STATUS_OF[rejection]}\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: ${retryAfter(rejection)}\r\n\r\n`,
      () => socket.destroy()
    )
  }
}

/** Of all sockets before they are upgraded. Not a closure: it would keep the whole request as long as the connection lives. */
function destroy(this: Duplex): void {
  this.destroy()
}

/** By hand, since `ws` answers each however many come, and keeps what a peer that does not read has not taken. */
function answerPings(socket: WebSocket): void {
  let bucket: TokenBucket | undefined
  socket.on('ping', (data: Buffer) => {
    bucket ??= new TokenBucket(PINGS_PER_SECOND, PINGS_BURST, now())
    if (!bucket.take(1, now())) socket.terminate()
    else if (socket.bufferedAmount === 0) socket.pong(data)
  })
}
