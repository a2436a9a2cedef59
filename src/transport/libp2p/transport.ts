/**
 * The libp2p node behind {@link libp2pTransport}: one protocol, no services. One link is one stream on one
 * connection of its own, so a link that ends takes its connection with it, and no connection is shared. What differs
 * between Node.js and browsers, what can be dialled and whether one listens, is brought along.
 */

import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p, type Libp2pOptions } from 'libp2p'

import { DIAL_TIMEOUT_MS, HELLO_TIMEOUT_MS } from '../../protocol/limits.js'
import { DialError, type Link, type LinkLimits, type Transport } from '../link.js'
import type { Libp2pTransportOptions } from './index.js'
import { keyFromPeerId, peerIdFromKey, privateKeyFromSeed } from './identity.js'
import { Libp2pLink } from './link.js'
import { dialFailed } from './reasons.js'
import { noiseRecords, yamuxStreams } from './tuning.js'

/** The one protocol on our connections. A message format that old peers cannot skip would get another number. */
export const LIBP2P_PROTOCOL = '/treecast/1'

/** Connections may be under handshake at once, and come from one address in a second, up to the links that we
 * would take: a carrier's NAT is one address, and libp2p's defaults (10 and 5) would cut a crowd there. */
const MIN_PENDING_CONNECTIONS = 100

/** @param listen multiaddrs. */
export async function startNode(
  options: Omit<Libp2pTransportOptions, 'listen'>,
  transports: NonNullable<Libp2pOptions['transports']>,
  listen: string[]
): Promise<Transport> {
  const { maxLinks } = options
  const pending = Math.max(MIN_PENDING_CONNECTIONS, maxLinks)
  const node = await createLibp2p({
    privateKey: await privateKeyFromSeed(options.privateKeySeed),
    addresses: { listen },
    transports,
    connectionEncrypters: [noiseRecords(options.limits)],
    streamMuxers: [yamuxStreams()],
    connectionManager: {
      maxConnections: maxLinks,
      maxIncomingPendingConnections: pending,
      inboundConnectionThreshold: pending,
      inboundUpgradeTimeout: HELLO_TIMEOUT_MS,
      // Each dial brings its own signal; libp2p's own timeouts must not cut in before.
      dialTimeout: options.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
      reconnectRetries: 0
    },
    // The addresses that we dial were announced by those who listen there: a page may well be in the same home.
    connectionGater: { denyDialMultiaddr: () => false },
    // It pings over a protocol that we do not speak. Packets are the heartbeat.
    connectionMonitor: { enabled: false }
  })
  const transport = new Libp2pTransport(node, options)
  await transport.accept()
  return transport
}

class Libp2pTransport implements Transport {
  readonly addresses: readonly string[]
  onLink: (link: Link) => void = (link) => link.close()
  readonly #node: Libp2p
  readonly #limits: LinkLimits
  readonly #maxLinks: number
  readonly #dialTimeoutMs: number
  readonly #links = new Set<Libp2pLink>()
  /** Connections that strangers opened and on which they have not opened their stream yet. */
  readonly #strangers = new Map<Connection, ReturnType<typeof setTimeout>>()
  /** The last dial to each peer. libp2p would give two dials at once the same connection. */
  readonly #dials = new Map<string, Promise<unknown>>()
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  constructor(node: Libp2p, options: Omit<Libp2pTransportOptions, 'listen'>) {
    this.#node = node
    this.#limits = options.limits
    this.#maxLinks = options.maxLinks
    this.#dialTimeoutMs = options.dialTimeoutMs ?? DIAL_TIMEOUT_MS
    this.addresses = node.getMultiaddrs().map((address) => address.toString().replace(/\/p2p\/.*$/, ''))
  }

  async accept(): Promise<void> {
    this.#node.addEventListener('connection:open', ({ detail }) => this.#greet(detail))
    this.#node.addEventListener('connection:close', ({ detail }) => this.#forget(detail))
    await this.#node.handle(LIBP2P_PROTOCOL, (stream, connection) => this.#onStream(stream, connection), {
      maxInboundStreams: 1,
      maxOutboundStreams: 1
    })
  }

  async dial(peerId: Uint8Array, addresses: readonly string[], signal?: AbortSignal): Promise<Link> {
    const peer = peerIdFromKey(peerId)
    const targets = addresses.flatMap((address) => dialTarget(address, peer))
    if (targets.length === 0)
      throw new DialError(`no address to dial: ${addresses.join(', ') || 'none given'}`)
    const name = peer.toString()
    const dialled = (this.#dials.get(name) ?? Promise.resolve()).then(() =>
      this.#dial(targets, peerId, addresses, signal)
    )
    const settled = dialled.catch(() => undefined)
    this.#dials.set(name, settled)
    try {
      return await dialled
    } finally {
      if (this.#dials.get(name) === settled) this.#dials.delete(name)
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #dial(
    targets: Multiaddr[],
    key: Uint8Array,
    addresses: readonly string[],
    outer?: AbortSignal
  ): Promise<Link> {
    if (this.#links.size >= this.#maxLinks)
      throw new DialError(`no dial: all ${this.#maxLinks} links are in use`)
    const timeout = AbortSignal.timeout(this.#dialTimeoutMs)
    const signals = [timeout, this.#closing.signal]
    const signal = AbortSignal.any(outer === undefined ? signals : [outer, ...signals])
    let connection: Connection | undefined
    try {
      signal.throwIfAborted()
      connection = await this.#node.dial(targets, { signal, force: true })
      const stream = await connection.newStream(LIBP2P_PROTOCOL, { signal })
      signal.throwIfAborted()
      return this.#adopt(stream, connection, key)
    } catch (error) {
      connection?.abort(new Error('the dial failed'))
      if (outer?.aborted === true) throw new DialError('the dial was aborted', { cause: error })
      if (this.#closing.signal.aborted) throw new DialError('the transport is closed', { cause: error })
      throw dialFailed(error, addresses, this.#dialTimeoutMs)
    }
  }

  #onStream(stream: Stream, connection: Connection): void {
    clearTimeout(this.#strangers.get(connection))
    this.#strangers.delete(connection)
    const key = keyFromPeerId(connection.remotePeer)
    if (key === undefined || this.#closing.signal.aborted || this.#links.size >= this.#maxLinks) {
      connection.abort(new Error('not welcome'))
      return
    }
    this.onLink(this.#adopt(stream, connection, key))
  }

  #adopt(stream: Stream, connection: Connection, remoteId: Uint8Array): Libp2pLink {
    const transport = connection.remoteAddr.toString().includes('/ws') ? 'libp2p-ws' : 'libp2p-tcp'
    const link = new Libp2pLink({ stream, connection, remoteId, transport, limits: this.#limits })
    this.#links.add(link)
    void link.gone.then(() => this.#links.delete(link))
    return link
  }

  /** A connection without a stream is a place taken for nothing. */
  #greet(connection: Connection): void {
    if (connection.direction !== 'inbound') return
    const timer = setTimeout(() => connection.abort(new Error('no stream was opened')), HELLO_TIMEOUT_MS)
    timer.unref()
    this.#strangers.set(connection, timer)
  }

  /** libp2p remembers every peer it ever met; a relay meets too many. */
  #forget(connection: Connection): void {
    clearTimeout(this.#strangers.get(connection))
    this.#strangers.delete(connection)
    if (this.#node.status !== 'started') return
    this.#node.peerStore.delete(connection.remotePeer).catch(() => undefined)
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    const links = [...this.#links]
    for (const link of links) link.close()
    await Promise.all([...links.map((link) => link.gone), ...this.#dials.values()])
    await this.#node.stop()
  }
}

/** The address with the id that the peer must prove, or nothing if it is no address. */
function dialTarget(address: string, peer: PeerId): Multiaddr[] {
  try {
    return [multiaddr(`${address}/p2p/${peer.toString()}`)]
  } catch {
    return []
  }
}
