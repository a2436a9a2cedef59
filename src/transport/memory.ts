/**
 * Links within one process: for tests, and for peers that share a process. It keeps the seam's contract as the
 * real networks do. Messages arrive in a later turn and as copies; a receiver that is paused lets its sender's
 * queue fill; a crash looks to the others like a lost connection.
 */

import { compare } from 'uint8arrays/compare'
import { concat } from 'uint8arrays/concat'

import { BaseLink } from './base-link.js'
import { DialError, type CloseReason, type Link, type LinkLimits, type Transport } from './link.js'

/** What the network takes before a sender's queue begins to fill; a stand-in for a socket's buffer. */
const WIRE_BYTES = 16 * 1024

/** The scheme of this transport's addresses. */
const SCHEME = 'memory:'

/** A network of its own: transports of one network reach each other, and nobody else. */
export class MemoryNetwork {
  readonly #transports = new Map<string, MemoryTransport>()
  #nextAddress = 1

  /** A transport for the peer with this id (32 bytes), listening at an address of its own. */
  transport(id: Uint8Array, limits: LinkLimits): MemoryTransport {
    const address = `${SCHEME}${this.#nextAddress++}`
    const transport = new MemoryTransport(id, limits, address, this.#transports)
    this.#transports.set(address, transport)
    return transport
  }
}

export class MemoryTransport implements Transport {
  readonly addresses: readonly string[]
  onLink: (link: Link) => void = (link) => link.close()
  readonly #id: Uint8Array
  readonly #limits: LinkLimits
  readonly #network: Map<string, MemoryTransport>
  readonly #links = new Set<MemoryLink>()
  #open = true

  constructor(id: Uint8Array, limits: LinkLimits, address: string, network: Map<string, MemoryTransport>) {
    this.#id = id
    this.#limits = limits
    this.addresses = [address]
    this.#network = network
  }

  async dial(peerId: Uint8Array, addresses: readonly string[], signal?: AbortSignal): Promise<MemoryLink> {
    await nextTurn()
    if (signal?.aborted === true) throw new DialError('the dial was aborted', { cause: signal.reason })
    if (!this.#open) throw new DialError('the transport is closed')
    const found = addresses
      .map((address) => this.#network.get(address))
      .filter((other) => other !== undefined)
    if (found.length === 0) throw new DialError(`nobody listens at ${addresses.join(', ') || 'no address'}`)
    const remote = found.find((other) => compare(other.#id, peerId) === 0)
    if (remote === undefined) throw new DialError(`another peer answers at ${addresses.join(', ')}`)
    const near = new MemoryLink(remote.#id, this.#limits, this.#links)
    const far = new MemoryLink(this.#id, remote.#limits, remote.#links)
    near.join(far)
    far.join(near)
    // The dialler has its link first, as on a network.
    setImmediate(() => {
      if (remote.#open) remote.onLink(far)
    })
    return near
  }

  async close(): Promise<void> {
    this.#leave()
    for (const link of this.#links) link.close()
    await nextTurn()
  }

  /** Vanishes as a killed process does: the others lose their links, and nothing here is told. */
  crash(): void {
    this.#leave()
    for (const link of this.#links) link.vanish()
  }

  #leave(): void {
    this.#open = false
    for (const address of this.addresses) this.#network.delete(address)
  }
}

/** What travels from one end to the other: a message, or the news that there will be no more. */
type Item = Uint8Array | { readonly end: CloseReason }

export class MemoryLink extends BaseLink {
  readonly #siblings: Set<MemoryLink>
  #far: MemoryLink | undefined
  readonly #inbox: Item[] = []
  #inboxBytes = 0
  #paused = false
  #scheduled = false

  constructor(remoteId: Uint8Array, limits: LinkLimits, siblings: Set<MemoryLink>) {
    super('memory', remoteId, limits)
    this.#siblings = siblings
    siblings.add(this)
  }

  /** Connects the two halves of a link, before either is handed out. */
  join(far: MemoryLink): void {
    this.#far = far
  }

  /** Stops taking what the other end sends, so that its queue fills. For tests of slow links. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  /** Ends without a word to this end's owner; the other end loses the link. */
  vanish(): void {
    this.onMessage = this.onClose = () => undefined
    this.end('lost')
  }

  protected override queuedBytes(): number {
    return Math.max(0, this.#far!.#inboxBytes - WIRE_BYTES)
  }

  protected override transmit(head: Uint8Array, body: Uint8Array | undefined): boolean {
    if (!this.#far!.open) return false
    this.#far!.#take(concat(body === undefined ? [head] : [head, body]))
    return true
  }

  protected override tearDown(reason: CloseReason): void {
    this.#siblings.delete(this)
    this.#inbox.length = this.#inboxBytes = 0
    this.#far!.#take({ end: reason === 'closed' ? 'remote' : 'lost' })
  }

  #take(item: Item): void {
    if (!this.open) return
    this.#inbox.push(item)
    if (item instanceof Uint8Array) this.#inboxBytes += item.byteLength
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#deliverAll()
    })
  }

  #deliverAll(): void {
    while (!this.#paused) {
      const item = this.#inbox.shift()
      if (item === undefined) return
      if (!(item instanceof Uint8Array)) {
        this.end(item.end)
        return
      }
      this.#inboxBytes -= item.byteLength
      if (item.byteLength > this.limits.maxMessageBytes) {
        this.end('malformed')
        return
      }
      this.deliver(item)
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
