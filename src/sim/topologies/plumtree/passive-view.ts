/** Peers that are known and not linked: the passive view of HyParView. */

import type { Host } from '../../topology.js'

const SIZE = 30

export class PassiveView {
  private readonly host: Host
  private readonly peers = new Set<number>()

  constructor(host: Host) {
    this.host = host
  }

  /** A stranger takes the place of any other when the view is full. */
  add(peer: number): void {
    if (peer === this.host.self || this.peers.has(peer)) return
    if (this.peers.size >= SIZE) for (const other of this.some(1)) this.peers.delete(other)
    this.peers.add(peer)
  }

  remove(peer: number): void {
    this.peers.delete(peer)
  }

  some(count: number): number[] {
    return this.host.random.sample([...this.peers], count)
  }
}
