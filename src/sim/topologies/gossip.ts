/**
 * GossipSub v1.1 with the parameters of its specification (github.com/libp2p/specs, pubsub/gossipsub): a mesh of about six
 * that floods, and each heartbeat news for others of what they may have missed. Left out is what changes nothing where nobody
 * attacks: scores, the quota of outbound links, peer exchange; and flood publishing, which is optional. It knows neither leaves
 * nor bounds on copies: everybody forwards to its whole mesh. A newcomer gets no past but what the news offers it.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { Cache } from './gossip/cache.js'
import { type Degrees, Mesh } from './gossip/mesh.js'
import { bytesOf, type Message } from './gossip/messages.js'

const DEGREES: Degrees = { d: 6, dLow: 5, dHigh: 12 }
const HEARTBEAT_MS = 1_000

/** Peers that each dials, and about as many dial it: the specification leaves discovery open. */
const DIALS = 12

class GossipPeer implements Participant {
  private readonly host: Host
  private readonly mesh: Mesh
  private readonly cache = new Cache()
  /** The link of who was first with the newest packet. */
  private firstFrom = -1

  constructor(host: Host, degrees: Degrees) {
    this.host = host
    this.mesh = new Mesh(host, degrees)
  }

  start(): void {
    this.host.findPeers(DIALS)
    this.host.after(this.host.random.below(HEARTBEAT_MS), () => this.heartbeat())
  }

  found(peers: readonly number[]): void {
    for (const peer of peers) if (!this.mesh.knows(peer)) this.host.connect(peer)
  }

  linked(link: number, peer: number, isOutbound: boolean): void {
    this.mesh.peers.set(link, { peer, isOutbound })
    this.send(link, { type: 'subscribe' })
  }

  unlinked(link: number): void {
    this.mesh.forget(link)
  }

  published(sequence: number): void {
    this.packet(-1, sequence, 0)
  }

  packet(link: number, sequence: number, hops: number): void {
    if (this.cache.hasSeen(sequence)) return
    this.cache.put(sequence, hops)
    if (!this.host.isOrigin) this.host.hear(sequence, hops)
    this.firstFrom = link
    for (const each of this.mesh.members) if (each !== link) this.host.sendPacket(each, sequence, hops + 1)
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    if (given.type === 'graft' && !this.mesh.admit(link)) this.prune(link)
    else if (given.type === 'prune') this.mesh.expel(link)
    else if (given.type === 'ihave') this.want(link, given.ids)
    else if (given.type === 'iwant') this.give(link, given.ids)
  }

  parents(): Parent[] {
    const parent = this.mesh.peers.get(this.firstFrom)
    return parent === undefined ? [] : [{ peer: parent.peer, stripes: [] }]
  }

  private heartbeat(): void {
    this.host.after(HEARTBEAT_MS, () => this.heartbeat())
    if (this.mesh.peers.size < DIALS) this.host.findPeers(DIALS - this.mesh.peers.size)
    for (const link of this.mesh.tooFew()) this.send(link, { type: 'graft' })
    for (const link of this.mesh.tooMany()) this.prune(link)
    const ids = this.cache.gossipIds()
    if (ids.length > 0) for (const link of this.mesh.someOthers()) this.send(link, { type: 'ihave', ids })
    this.cache.shift()
  }

  private want(link: number, offered: readonly number[]): void {
    const ids = offered.filter((id) => !this.cache.hasSeen(id))
    if (ids.length > 0) this.send(link, { type: 'iwant', ids })
  }

  private give(link: number, wanted: readonly number[]): void {
    for (const id of wanted) {
      const hops = this.cache.hopsOf(id)
      if (hops !== undefined) this.host.sendPacket(link, id, hops + 1)
    }
  }

  private prune(link: number): void {
    this.mesh.expel(link)
    this.send(link, { type: 'prune' })
  }

  private send(link: number, message: Message): void {
    this.host.send(link, message, bytesOf(message))
  }
}

/** @param degrees instead of the specification's */
export function gossip(degrees: Degrees = DEGREES): Topology {
  return {
    name: 'gossip',
    about:
      'GossipSub v1.1 of libp2p (Vyzovitis et al. 2020): a random mesh that floods, and lazy news beside it.',
    join: (host) => new GossipPeer(host, degrees)
  }
}
