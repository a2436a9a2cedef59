/**
 * Every listener from the origin: what a plain server does, and the most that the origin's line carries. The baseline for
 * delay (one link) and for the origin's upload (all of it). No past is given to a newcomer, and nothing lost comes again.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'

const ORIGIN = 0

/** After a failed dial, ms. */
const RETRY_MS = 1_000

class StarPeer implements Participant {
  private readonly host: Host
  private readonly links = new Set<number>()

  constructor(host: Host) {
    this.host = host
  }

  start(): void {
    if (!this.host.isOrigin) this.host.connect(ORIGIN)
  }

  published(sequence: number): void {
    for (const link of this.links) this.host.sendPacket(link, sequence, 1)
  }

  linked(link: number): void {
    this.links.add(link)
  }

  unreachable(): void {
    this.host.after(RETRY_MS, () => this.start())
  }

  unlinked(link: number): void {
    this.links.delete(link)
    this.start()
  }

  packet(_link: number, sequence: number, hops: number): void {
    this.host.hear(sequence, hops)
  }

  parents(): Parent[] {
    return this.host.isOrigin || this.links.size === 0 ? [] : [{ peer: ORIGIN, stripes: [0] }]
  }
}

export function star(): Topology {
  return {
    name: 'star',
    about: 'Each listener from the origin, as a plain server does it.',
    join: (host) => new StarPeer(host)
  }
}
