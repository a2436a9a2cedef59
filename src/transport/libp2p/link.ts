/**
 * A {@link Link} on one stream of one libp2p connection. The link owns both: when it ends, they end.
 *
 * In good order a link ends so: our last bytes, then the end of our half of the stream; the far side sees it,
 * reports `remote` and closes its half; then the connection goes. Closing the connection at once instead would let
 * TCP throw away what is still on its way. A connection that breaks without the end of the stream before it was
 * lost, as when the far process is killed.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import { Uint8ArrayList } from 'uint8arraylist'

import { BaseLink } from '../base-link.js'
import { frame, FrameError, unframe } from '../framing.js'
import type { CloseReason, LinkLimits } from '../link.js'
import { later } from '../turn.js'
import { chunks } from './chunks.js'
import { tuneStream } from './tuning.js'

/** How long a link that we close may take to deliver what it has queued and to hear from the far side. */
const CLOSE_GRACE_MS = 1_000

/** What is gathered in one turn before it is sent on, in bytes. As much as a TCP socket takes before it says that
 * it is full, and as a Noise record holds comfortably. */
const GATHER_BYTES = 16 * 1024

export interface Libp2pLinkInit {
  readonly stream: Stream
  readonly connection: Connection
  readonly remoteId: Uint8Array
  readonly transport: string
  readonly limits: LinkLimits
}

export class Libp2pLink extends BaseLink {
  /** Resolves when the connection below is gone. */
  readonly gone: Promise<void>
  readonly #stream: Stream
  readonly #connection: Connection
  /** The far side said that it is done, so whatever happens next is not a loss. */
  #remoteEnded: boolean
  /** Messages of this turn. One Noise record, one system call for all of them. */
  #gathered = new Uint8ArrayList()

  constructor(init: Libp2pLinkInit) {
    super(init.transport, init.remoteId, init.limits)
    this.#stream = init.stream
    this.#connection = init.connection
    tuneStream(init.stream)
    this.#remoteEnded = init.stream.status === 'open' && init.stream.remoteWriteStatus === 'closed'
    this.#stream.addEventListener('remoteCloseWrite', () => (this.#remoteEnded = true))
    this.gone = new Promise((resolve) => {
      if (isOver(init.connection)) resolve()
      else init.connection.addEventListener('close', () => resolve())
    })
    // In the next turn, so that whoever is given the link can set its handlers.
    later(() => void this.#receive())
  }

  /** Puts on the stream what was gathered. */
  flush(): void {
    const bytes = this.#gathered
    if (bytes.byteLength === 0) return
    this.#gathered = new Uint8ArrayList()
    // The stream may have ended; the reading half is about to tell.
    if (this.#stream.status === 'open') this.#stream.send(bytes)
  }

  protected override queuedBytes(): number {
    // What is merely gathered does not wait for anybody.
    return this.#stream.writableNeedsDrain ? this.#gathered.byteLength + this.#stream.writeBufferLength : 0
  }

  protected override transmit(head: Uint8Array, body: Uint8Array | undefined): boolean {
    if (this.#stream.status !== 'open') return false
    if (this.#gathered.byteLength === 0) flushAtEndOfTurn(this)
    this.#gathered.append(frame(head, body))
    if (this.#gathered.byteLength >= GATHER_BYTES) this.flush()
    return true
  }

  protected override tearDown(reason: CloseReason): void {
    switch (reason) {
      case 'closed':
        void this.#closeInOrder()
        return
      case 'remote':
        this.#closeConnection()
        return
      case 'lost':
      case 'malformed':
      case 'overflow':
        this.#connection.abort(new Error(`the link ended: ${reason}`))
    }
  }

  async #receive(): Promise<void> {
    try {
      await pipe(chunks(this.#stream), unframe(this.limits.maxMessageBytes), async (messages) => {
        for await (const message of messages) this.deliver(message)
      })
      this.end(this.#remoteEnded ? 'remote' : 'lost')
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      // A stream that broke off in the middle of a message says nothing about the sender's manners.
      this.end(this.#stream.status === 'open' || this.#remoteEnded ? 'malformed' : 'lost')
    }
  }

  async #closeInOrder(): Promise<void> {
    this.flush()
    const signal = AbortSignal.timeout(CLOSE_GRACE_MS)
    try {
      await this.#stream.close({ signal })
      await streamClosed(this.#stream, signal)
    } catch {
      // The far side does not take our last bytes. They are lost, as a full queue is.
    }
    this.#closeConnection()
  }

  #closeConnection(): void {
    const signal = AbortSignal.timeout(CLOSE_GRACE_MS)
    this.#connection.close({ signal }).catch((error: unknown) => this.#connection.abort(error as Error))
  }
}

function isOver(connection: Connection): boolean {
  return connection.status !== 'open' && connection.status !== 'closing'
}

function streamClosed(stream: Stream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.status !== 'open') resolve()
    stream.addEventListener('close', () => resolve(), { once: true })
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** Links that have gathered something in this turn. */
const gathering: Libp2pLink[] = []

/** `nextTick` runs when all promises of the turn have, and so after all messages that came in one chunk. Browsers have
 * nothing like it: there it is the next turn. */
function flushAtEndOfTurn(link: Libp2pLink): void {
  gathering.push(link)
  if (gathering.length > 1) return
  const { process } = globalThis as { process?: { nextTick?: (run: () => void) => void } }
  if (process?.nextTick === undefined) later(flushAll)
  else process.nextTick(flushAll)
}

function flushAll(): void {
  for (const link of gathering.splice(0)) link.flush()
}
