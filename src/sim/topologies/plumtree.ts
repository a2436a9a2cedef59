/**
 * Plumtree (Leitão, Pereira, Rodrigues, "Epidemic broadcast trees", SRDS 2007): packets are pushed along a tree that prunes
 * itself out of the links of HyParView (the same, DSN 2007: five neighbours, thirty known peers, walks of 6 and 3), and all
 * other links announce them, so that who misses one grafts a branch. Without the optional optimisation of the tree; shuffles
 * go to a neighbour and not on a walk; a tracker is the contact. It knows neither leaves nor bounds on copies. A newcomer gets
 * no past but what is announced to it.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { ActiveView, type Neighbours } from './plumtree/active-view.js'
import { Dialler } from './plumtree/dialler.js'
import type { Message } from './plumtree/messages.js'
import { Missing } from './plumtree/missing.js'

/** Packets that are remembered, to tell new ones from old ones and to give them to who grafts. */
const REMEMBERED = 500

class PlumtreePeer implements Participant, Neighbours {
  private readonly host: Host
  private readonly dialler: Dialler
  private readonly view: ActiveView
  private readonly missing: Missing
  /** Links. */
  private readonly eager = new Set<number>()
  private readonly lazy = new Set<number>()
  /** Links passed, by packet. */
  private readonly got = new Map<number, number>()
  /** The link of who was first with the newest packet. */
  private firstFrom = -1

  constructor(host: Host) {
    this.host = host
    this.dialler = new Dialler(host)
    this.view = new ActiveView(host, this.dialler, this)
    this.missing = new Missing(host, (link, id) => this.graft(link, id))
  }

  start(): void {
    this.view.start()
  }

  found(peers: readonly number[]): void {
    this.view.found(peers)
  }

  linked(link: number, peer: number, isDialler: boolean): void {
    this.dialler.linked(link, peer, isDialler)
  }

  unreachable(peer: number): void {
    this.dialler.unreachable(peer)
    this.view.unreachable(peer)
  }

  unlinked(link: number): void {
    this.view.drop(link)
    this.dialler.unlinked(link)
  }

  neighbourUp(link: number): void {
    this.eager.add(link)
  }

  neighbourDown(link: number): void {
    this.eager.delete(link)
    this.lazy.delete(link)
  }

  published(sequence: number): void {
    this.packet(-1, sequence, 0)
  }

  packet(link: number, sequence: number, hops: number): void {
    if (this.got.has(sequence)) {
      this.move(link, this.eager, this.lazy)
      this.dialler.send(link, { type: 'prune' })
      return
    }
    this.remember(sequence, hops)
    if (!this.host.isOrigin) this.host.hear(sequence, hops)
    this.missing.arrived(sequence)
    this.move(link, this.lazy, this.eager)
    this.firstFrom = link
    for (const each of this.eager) if (each !== link) this.host.sendPacket(each, sequence, hops + 1)
    for (const each of this.lazy) this.dialler.send(each, { type: 'ihave', id: sequence })
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    if (given.type === 'ihave') {
      if (!this.got.has(given.id)) this.missing.add(given.id, link)
    } else if (given.type === 'prune') {
      this.move(link, this.eager, this.lazy)
    } else if (given.type === 'graft') {
      this.move(link, this.lazy, this.eager)
      const hops = this.got.get(given.id)
      if (hops !== undefined) this.host.sendPacket(link, given.id, hops + 1)
    } else this.view.received(link, this.dialler.peerAt(link)!, given)
  }

  parents(): Parent[] {
    const peer = this.dialler.peerAt(this.firstFrom)
    return peer === undefined ? [] : [{ peer, stripes: [] }]
  }

  private graft(link: number, id: number): void {
    this.move(link, this.lazy, this.eager)
    this.dialler.send(link, { type: 'graft', id })
  }

  /** If the link is a neighbour's still. */
  private move(link: number, from: Set<number>, to: Set<number>): void {
    if (from.delete(link)) to.add(link)
  }

  private remember(sequence: number, hops: number): void {
    this.got.set(sequence, hops)
    for (const oldest of this.got.keys()) {
      if (this.got.size <= REMEMBERED) break
      this.got.delete(oldest)
    }
  }
}

export function plumtree(): Topology {
  return {
    name: 'plumtree',
    about: 'Plumtree over HyParView (Leitão, Pereira, Rodrigues 2007): a tree that epidemics lay and mend.',
    join: (host) => new PlumtreePeer(host)
  }
}
