/** The search of one stripe of `feeds.ts` for a parent: from the origin down, depth first, through those whom the
 * full ones name; when that has led nowhere, through strangers as well. */

import type { Host } from '../../topology.js'
import type { Links } from './links.js'
import type { Seeker } from './messages.js'

const ORIGIN = 0

/** After a search that led nowhere, ms: for who has no parent, and for who has one. */
const RETRY_MS = 500
const RETRY_FED_MS = 4_000

/** Whoever has not answered a dial by then is not waited for, ms: most links take less, and a dial fails after 5 s. */
const DIAL_PATIENCE_MS = 1_500

/** Of those to ask next, so many are dialled beforehand. */
const DIALS_AHEAD = 2
/** Peers that the tracker is asked for when NATs bar the way down. */
const STRANGERS = 8

export class Search {
  /** The peer that is being asked. */
  asking: number | undefined
  private readonly host: Host
  private readonly links: Links
  private readonly stripe: Seeker
  /** Those to ask next, the last first; and those asked in this search. */
  private readonly named: number[] = []
  private readonly asked = new Set<number>()

  constructor(host: Host, links: Links, stripe: Seeker) {
    this.host = host
    this.links = links
    this.stripe = stripe
  }

  begin(): void {
    if (this.asking !== undefined || !this.stripe.needsMore()) return
    this.asked.clear()
    this.ask(ORIGIN)
  }

  /** Who was asked is full, and names others. */
  goOn(named: readonly number[] = []): void {
    this.asking = undefined
    this.named.push(...named.filter((peer) => !this.named.includes(peer)))
    while (this.named.length > 0) {
      // Whoever is linked already can be reached, and answers soonest.
      const linked = this.named.findLastIndex((peer) => this.links.has(peer))
      const [peer] = this.named.splice(linked, 1)
      if (peer === undefined || this.asked.has(peer) || !this.mayAsk(peer)) continue
      this.ask(peer)
      return
    }
    this.host.findPeers(STRANGERS)
    this.host.after(this.stripe.isFed() ? RETRY_FED_MS : RETRY_MS, () => this.begin())
  }

  /** Strangers are asked after all others. */
  suggest(peers: readonly number[]): void {
    if (this.stripe.needsMore()) this.named.unshift(...peers)
  }

  end(): void {
    this.asking = undefined
    this.named.length = 0
  }

  /** Whether a link to this peer may be of use yet. */
  needs(peer: number): boolean {
    return this.asking === peer || this.named.includes(peer)
  }

  /** A dial has succeeded. Who answers is asked before who does not. */
  linked(peer: number): void {
    if (this.asking === undefined || this.links.has(this.asking) === (this.asking !== peer)) return
    if (this.asking !== peer && this.named.includes(peer)) this.named.unshift(this.asking)
    if (this.needs(peer)) this.ask(peer)
  }

  /** Asks now if there is a link, and otherwise when there is one; meanwhile the next ones are dialled, too. */
  private ask(peer: number): void {
    this.asking = peer
    const takesChildren = this.host.copies >= 1
    if (this.links.sendTo(peer, { type: 'ask', stripe: this.stripe.number, takesChildren })) {
      this.asked.add(peer)
      return
    }
    for (const next of this.named.slice(-DIALS_AHEAD)) if (this.mayAsk(next)) this.links.dial(next)
    this.host.after(DIAL_PATIENCE_MS, () => {
      if (this.asking === peer && !this.links.has(peer)) this.goOn()
    })
  }

  private mayAsk(peer: number): boolean {
    return this.links.mayAsk(peer) && !this.stripe.knows(peer)
  }
}
