/**
 * Plumtree (Leitão, Pereira, Rodrigues, "Epidemic broadcast trees", SRDS 2007): packets are pushed along a tree that prunes
 * itself out of the links of HyParView (the same, DSN 2007: five neighbours, thirty known peers, walks of 6 and 3), and all
 * other links announce them, so that who misses one grafts a branch. The optional optimisation is left out, shuffles go to a
 * neighbour and not on a walk, the tracker is the contact. It knows neither leaves nor bounds on copies, and gives no past.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { ActiveView } from './plumtree/active-view.js'
import { Branches } from './plumtree/branches.js'
import { Dialler } from './plumtree/dialler.js'
import { Memory } from './plumtree/memory.js'
import type { Message } from './plumtree/messages.js'
import { Missing } from './plumtree/missing.js'

class PlumtreePeer implements Participant {
  private readonly host: Host
  private readonly dialler: Dialler
  private readonly view: ActiveView
  private readonly missing: Missing
  private readonly branches = new Branches()
  private readonly got = new Memory()
  private newestFrom = -1

  constructor(host: Host) {
    this.host = host
    this.dialler = new Dialler(host)
    this.view = new ActiveView(host, this.dialler, this.branches)
    this.missing = new Missing(host, (link, id) => {
      this.branches.graft(link)
      this.dialler.send(link, { type: 'graft', id })
    })
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
    this.view.unreachable(peer)
  }

  unlinked(link: number): void {
    this.view.unlinked(link)
  }

  published(sequence: number): void {
    this.packet(-1, sequence, 0)
  }

  packet(link: number, sequence: number, hops: number): void {
    if (this.got.has(sequence)) {
      this.branches.prune(link)
      this.dialler.send(link, { type: 'prune' })
      return
    }
    this.got.add(sequence, hops)
    if (!this.host.isOrigin) this.host.hear(sequence, hops)
    this.missing.arrived(sequence)
    this.branches.graft(link)
    this.newestFrom = link
    for (const each of this.branches.eager) if (each !== link) this.host.sendPacket(each, sequence, hops + 1)
    for (const each of this.branches.lazy) this.dialler.send(each, { type: 'ihave', id: sequence })
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    if (given.type === 'ihave') {
      if (!this.got.has(given.id)) this.missing.add(given.id, link)
    } else if (given.type === 'prune') {
      this.branches.prune(link)
    } else if (given.type === 'graft') {
      this.branches.graft(link)
      const hops = this.got.hopsOf(given.id)
      if (hops !== undefined) this.host.sendPacket(link, given.id, hops + 1)
    } else this.view.received(link, this.dialler.peerAt(link)!, given)
  }

  parents(): Parent[] {
    const peer = this.dialler.peerAt(this.newestFrom)
    return peer === undefined ? [] : [{ peer, stripes: [] }]
  }
}

export function plumtree(): Topology {
  return {
    name: 'plumtree',
    about: 'Plumtree over HyParView (Leitão, Pereira, Rodrigues 2007): a tree that epidemics lay and mend.',
    join: (host) => new PlumtreePeer(host)
  }
}
