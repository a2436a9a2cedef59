/** The linked neighbours of a peer: the active view of HyParView, and how it is filled. */

import type { Host } from '../../topology.js'
import type { Branches } from './branches.js'
import type { Dialler } from './dialler.js'
import type { ViewMessage } from './messages.js'
import { PassiveView } from './passive-view.js'
import { Shuffles } from './shuffles.js'

const SIZE = 5
const ACTIVE_WALK = 6
const PASSIVE_WALK = 3
const REFILL_MS = 1_000
/** Asked of the tracker when nobody is known. */
const STRANGERS = 5

export class ActiveView {
  private readonly host: Host
  private readonly dialler: Dialler
  private readonly branches: Branches
  private readonly links = new Set<number>()
  private readonly passive: PassiveView
  private readonly shuffles: Shuffles

  constructor(host: Host, dialler: Dialler, branches: Branches) {
    this.host = host
    this.dialler = dialler
    this.branches = branches
    this.passive = new PassiveView(host)
    this.shuffles = new Shuffles(host, dialler, this.links, this.passive)
  }

  /** The origin waits to be joined: it is the first. */
  start(): void {
    if (!this.host.isOrigin) this.host.findPeers(STRANGERS)
    this.host.after(REFILL_MS, () => this.refill())
    this.shuffles.start()
  }

  found([contact, ...others]: readonly number[]): void {
    for (const peer of others) this.passive.add(peer)
    if (contact !== undefined && this.links.size === 0) this.dialler.dial(contact, { type: 'join' })
  }

  unreachable(peer: number): void {
    this.dialler.unreachable(peer)
    this.passive.remove(peer)
  }

  unlinked(link: number): void {
    this.dialler.unlinked(link)
    if (this.links.delete(link)) this.branches.fall(link)
  }

  received(link: number, peer: number, message: ViewMessage): void {
    if (message.type === 'join') {
      for (const other of this.links)
        this.dialler.send(other, { type: 'forward-join', peer, ttl: ACTIVE_WALK })
      this.admit(link)
    } else if (message.type === 'forward-join') {
      this.walk(link, message.peer, message.ttl)
    } else if (message.type === 'neighbour') {
      if (message.isUrgent || this.links.size < SIZE) this.admit(link)
      else this.dialler.send(link, { type: 'refused' })
    } else if (message.type === 'accepted') {
      this.add(link)
    } else if (message.type === 'shuffle' || message.type === 'shuffled') {
      this.shuffles.received(link, message)
    } else {
      this.part(link)
    }
  }

  private walk(from: number, peer: number, ttl: number): void {
    const next = this.host.random.sample(
      [...this.links].filter((link) => link !== from),
      1
    )[0]
    if (ttl === 0 || next === undefined) this.dialler.dial(peer, { type: 'neighbour', isUrgent: true })
    else {
      if (ttl === PASSIVE_WALK) this.passive.add(peer)
      this.dialler.send(next, { type: 'forward-join', peer, ttl: ttl - 1 })
    }
  }

  private admit(link: number): void {
    this.dialler.send(link, { type: 'accepted' })
    this.add(link)
  }

  /** Somebody has to go when the view is full. */
  private add(link: number): void {
    for (const other of this.host.random.sample([...this.links], this.links.size + 1 - SIZE)) {
      this.dialler.send(other, { type: 'disconnect' })
      this.part(other)
    }
    this.links.add(link)
    this.branches.grow(link)
  }

  private part(link: number): void {
    this.passive.add(this.dialler.peerAt(link)!)
    this.unlinked(link)
    this.host.close(link)
  }

  private refill(): void {
    this.host.after(REFILL_MS, () => this.refill())
    const isAlone = this.links.size === 0
    if (isAlone && !this.host.isOrigin) this.host.findPeers(STRANGERS)
    for (const peer of this.passive.some(SIZE - this.links.size - this.dialler.dials)) {
      this.dialler.dial(peer, { type: 'neighbour', isUrgent: isAlone })
    }
  }
}
