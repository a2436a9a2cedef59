/**
 * GossipSub v1.1 with the parameters of its specification (github.com/libp2p/specs, pubsub/gossipsub): a mesh of about six
 * that floods, and each heartbeat news for others of what they may have missed. Left out is what only an attack would show
 * (scores, outbound quota, peer exchange), and the optional flood publishing. It knows neither leaves nor bounds on copies,
 * and gives a newcomer no past but what the news offers.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { Cache, HEARTBEAT_MS } from './gossip/cache.js'
import { type Degrees, Mesh, SPECIFIED } from './gossip/mesh.js'
import { bytesOf, type Message } from './gossip/messages.js'

class GossipPeer implements Participant {
  private readonly host: Host
  private readonly mesh: Mesh
  private readonly cache = new Cache()
  private newestFrom = -1

  constructor(host: Host, degrees: Degrees) {
    this.host = host
    this.mesh = new Mesh(host, degrees)
  }

  start(): void {
    this.mesh.seek()
    this.host.after(this.host.random.below(HEARTBEAT_MS), () => this.heartbeat())
  }

  found(peers: readonly number[]): void {
    this.mesh.found(peers)
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
    this.newestFrom = link
    for (const each of this.mesh.members) if (each !== link) this.host.sendPacket(each, sequence, hops + 1)
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    if (given.type === 'graft' && !this.mesh.admit(link)) this.prune(link)
    else if (given.type === 'prune') this.mesh.expel(link)
    else if (given.type === 'ihave') this.sendIds(link, 'iwant', this.cache.unseen(given.ids))
    else if (given.type === 'iwant') {
      for (const [id, hops] of this.cache.held(given.ids)) this.host.sendPacket(link, id, hops + 1)
    }
  }

  parents(): Parent[] {
    const parent = this.mesh.peers.get(this.newestFrom)
    return parent === undefined ? [] : [{ peer: parent.peer, stripes: [] }]
  }

  private heartbeat(): void {
    this.host.after(HEARTBEAT_MS, () => this.heartbeat())
    this.mesh.seek()
    for (const link of this.mesh.tooFew()) this.send(link, { type: 'graft' })
    for (const link of this.mesh.tooMany()) this.prune(link)
    for (const link of this.mesh.someOthers()) this.sendIds(link, 'ihave', this.cache.gossipIds())
    this.cache.shift()
  }

  private sendIds(link: number, type: 'ihave' | 'iwant', ids: readonly number[]): void {
    if (ids.length > 0) this.send(link, { type, ids })
  }

  private prune(link: number): void {
    this.mesh.expel(link)
    this.send(link, { type: 'prune' })
  }

  private send(link: number, message: Message): void {
    this.host.send(link, message, bytesOf(message))
  }
}

export function gossip(degrees: Degrees = SPECIFIED): Topology {
  return {
    name: 'gossip',
    about:
      'GossipSub v1.1 of libp2p (Vyzovitis et al. 2020): a random mesh that floods, and lazy news beside it.',
    join: (host) => new GossipPeer(host, degrees)
  }
}
