/**
 * Brings WebRTC's signals to peers with whom there is no link yet: by whoever is linked with both. The first to know
 * both is a tracker; any neighbour that names another will do as well. What is in a signal is the transports' affair,
 * and so is the proof of who made it: it is signed, and no go-between could change it.
 */

import { MAX_ROUTES } from '../limits.js'
import type { Output } from '../machine.js'
import { equal } from '../wire/cursor.js'
import { encodeMessage, type Signal } from '../wire/message.js'
import { idKey, type PeerId, type PeerRecord } from '../wire/record.js'
import type { Discovery } from './discovery.js'
import type { Neighbour } from './neighbour.js'
import type { Neighbourhood } from './neighbourhood.js'

export class Signalling {
  private readonly self: PeerId
  private readonly hood: Neighbourhood
  private readonly discovery: Discovery
  private readonly emit: (output: Output) => void
  /** For a peer's id the link of whoever named it, or brought its last signal. The oldest is forgotten first. */
  private readonly routes = new Map<string, number>()

  constructor(self: PeerId, hood: Neighbourhood, discovery: Discovery, emit: (output: Output) => void) {
    this.self = self
    this.hood = hood
    this.discovery = discovery
    this.emit = emit
  }

  /** Somebody named these: it can bring them our signals. */
  introduced(records: readonly PeerRecord[], link: number): void {
    for (const { id } of records) this.remember(id, link)
  }

  /** Somebody knows of this one, and may be linked with it: it is asked where nobody better is known. */
  heardOf({ id }: PeerRecord, link: number): void {
    if (!this.routes.has(idKey(id))) this.remember(id, link)
  }

  /** Our own transport has something for a peer. */
  send(to: PeerId, body: Uint8Array): void {
    const route = this.routeTo(to)
    if (route === undefined) this.emit({ type: 'unreachable', peer: to })
    else this.pass(route, { type: 'signal', to, from: this.self, body })
  }

  /** A tracker or a neighbour brings a signal; by a neighbour it may be for somebody else. */
  received(link: number, signal: Signal, now: number): void {
    if (!equal(signal.to, this.self)) {
      const neighbour = this.hood.get(link)
      if (neighbour !== undefined) this.forward(neighbour, signal)
      return
    }
    if (this.hood.candidates.isBanned(signal.from, now)) return
    this.remember(signal.from, link)
    // A neighbour is no more to be trusted than who speaks through it.
    const allowed = this.discovery.isTracker(link) ? signal.allowed : undefined
    this.emit({ type: 'signal', from: signal.from, body: signal.body, allowed })
  }

  /** Whoever was to bring our signal is not linked with that peer. */
  unreachable(link: number, peer: PeerId): void {
    if (this.routes.get(idKey(peer)) === link) this.routes.delete(idKey(peer))
    this.emit({ type: 'unreachable', peer })
  }

  /** Only from a neighbour's own hand to a neighbour: a signal takes one step, and nobody speaks for others. */
  private forward(neighbour: Neighbour, signal: Signal): void {
    if (!equal(signal.from, neighbour.record!.id)) return
    const other = this.hood.withId(signal.to)
    if (other === undefined) {
      this.hood.send(neighbour.link, { type: 'unreachable', peer: signal.to })
    } else {
      this.pass(other.link, { ...signal, allowed: undefined })
    }
  }

  private routeTo(peer: PeerId): number | undefined {
    const known = this.routes.get(idKey(peer))
    const isOpen =
      known !== undefined && (this.hood.get(known)?.ready === true || this.discovery.isTracker(known))
    return isOpen ? known : this.discovery.joinedLink
  }

  private remember(peer: PeerId, link: number): void {
    const key = idKey(peer)
    this.routes.delete(key)
    this.routes.set(key, link)
    if (this.routes.size > MAX_ROUTES) this.routes.delete(this.routes.keys().next().value!)
  }

  private pass(link: number, signal: Signal): void {
    this.emit({ type: 'send', link, bytes: encodeMessage(signal) })
  }
}
