/** The mesh of a peer of GossipSub: who is in it, who may come in, and how it is kept between its bounds. */

import type { Host } from '../../topology.js'

export interface Degrees {
  readonly d: number
  readonly dLow: number
  readonly dHigh: number
}

export const SPECIFIED: Degrees = { d: 6, dLow: 5, dHigh: 12 }

const D_LAZY = 6
const GOSSIP_FACTOR = 0.25
const BACKOFF_MS = 60_000

/** Peers that each dials, and about as many dial it: the specification leaves discovery open. */
const DIALS = 12

export class Mesh {
  /** Links to peers outside as well: who is there, and whether this peer has dialled. */
  readonly peers = new Map<number, { readonly peer: number; readonly isOutbound: boolean }>()
  /** Links. */
  readonly members = new Set<number>()
  private readonly backoffs = new Map<number, number>()
  private readonly host: Host
  private readonly degrees: Degrees

  constructor(host: Host, degrees: Degrees) {
    this.host = host
    this.degrees = degrees
  }

  seek(): void {
    if (this.peers.size < DIALS) this.host.findPeers(DIALS - this.peers.size)
  }

  found(peers: readonly number[]): void {
    const known = new Set([...this.peers.values()].map(({ peer }) => peer))
    for (const peer of peers) if (!known.has(peer)) this.host.connect(peer)
  }

  forget(link: number): void {
    this.peers.delete(link)
    this.members.delete(link)
    this.backoffs.delete(link)
  }

  /** Another has grafted this peer. @returns whether it may come in */
  admit(link: number): boolean {
    const isFull = this.members.size >= this.degrees.dHigh && !this.peers.get(link)!.isOutbound
    if (isFull || this.isBackingOff(link)) return false
    this.members.add(link)
    return true
  }

  /** One of the two has pruned the other: neither grafts again for a while. */
  expel(link: number): void {
    this.members.delete(link)
    this.backoffs.set(link, this.host.now + BACKOFF_MS)
  }

  /** @returns links to graft, which are members now */
  tooFew(): number[] {
    const { d, dLow } = this.degrees
    if (this.members.size >= dLow) return []
    const free = this.others().filter((link) => !this.isBackingOff(link))
    const chosen = this.host.random.sample(free, d - this.members.size)
    for (const link of chosen) this.members.add(link)
    return chosen
  }

  /** @returns links to prune */
  tooMany(): number[] {
    const { d, dHigh } = this.degrees
    const { size } = this.members
    return size > dHigh ? this.host.random.sample([...this.members], size - d) : []
  }

  /** Links to those outside who are told the news. */
  someOthers(): number[] {
    const others = this.others()
    return this.host.random.sample(others, Math.max(D_LAZY, Math.floor(GOSSIP_FACTOR * others.length)))
  }

  private others(): number[] {
    return [...this.peers.keys()].filter((link) => !this.members.has(link))
  }

  private isBackingOff(link: number): boolean {
    return (this.backoffs.get(link) ?? 0) > this.host.now
  }
}
