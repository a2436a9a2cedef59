/** The search of one lane of `feeds.ts` for a parent: from the origin down, depth first, through those whom the
 * full ones name; when that has led nowhere, through strangers as well. */

import type { Host } from '../../topology.js'
import type { Links } from './links.js'

const ORIGIN = 0

/** After a search that led nowhere, ms: for who has no parent, and for who has one. */
const RETRY_MS = 500
const RETRY_FED_MS = 4_000

/** Whoever has not answered a dial by then is not waited for, ms: most links take less, and a dial fails after 5 s. */
const DIAL_PATIENCE_MS = 2_000

/** Peers that the tracker is asked for when NATs bar the way down. */
const STRANGERS = 8

/** What a search must know of its lane. */
export interface Seeker {
  readonly number: number
  isFed(): boolean
  needsMore(): boolean
  knows(peer: number): boolean
}

export class Search {
  /** The peer that is being asked. */
  asking: number | undefined
  private readonly host: Host
  private readonly links: Links
  private readonly lane: Seeker
  /** Those to ask next, the last first. */
  private readonly named: number[] = []

  constructor(host: Host, links: Links, lane: Seeker) {
    this.host = host
    this.links = links
    this.lane = lane
  }

  begin(): void {
    if (this.asking === undefined && this.lane.needsMore()) this.ask(ORIGIN)
  }

  /** Who was asked is full, and names others. */
  goOn(named: readonly number[] = []): void {
    this.asking = undefined
    this.named.push(...named)
    for (let peer = this.named.pop(); peer !== undefined; peer = this.named.pop()) {
      if (!this.links.mayAsk(peer) || this.lane.knows(peer)) continue
      this.ask(peer)
      return
    }
    this.host.findPeers(STRANGERS)
    this.host.after(this.lane.isFed() ? RETRY_FED_MS : RETRY_MS, () => this.begin())
  }

  /** Strangers are asked after all others. */
  suggest(peers: readonly number[]): void {
    if (this.lane.needsMore()) this.named.unshift(...peers)
  }

  end(): void {
    this.asking = undefined
    this.named.length = 0
  }

  /** Asks now if there is a link, and otherwise when there is one. */
  ask(peer: number): void {
    this.asking = peer
    const takesChildren = this.host.copies >= 1
    if (this.links.sendTo(peer, { type: 'ask', lane: this.lane.number, takesChildren })) return
    this.host.after(DIAL_PATIENCE_MS, () => {
      if (this.asking === peer && !this.links.has(peer)) this.goOn()
    })
  }
}
