/**
 * A peer in trees that grow from the origin down, stripe by stripe: what `tree` and `twofold` have in common. A search begins at
 * the origin. Who has a slot takes the child; who has none names children of its own, and these are asked next, one after the other, as in
 * HMTP (Zhang, Jamin, Zhang, "Host multicast", INFOCOM 2002). Parents tell their path, and nobody keeps a parent below itself.
 * A parent that is gone or silent is replaced; children are kept meanwhile. No spares, no backfill, no past for a newcomer.
 */

import type { Host, Parent, Participant, Setting } from '../../topology.js'
import { Stripe } from './stripe.js'
import { Links } from './links.js'
import type { Message } from './messages.js'
import { Silence, WATCH_MS } from './silence.js'

export class Feeds implements Participant {
  private readonly host: Host
  private readonly links: Links
  private readonly stripes: readonly Stripe[]
  private readonly silence: Silence

  constructor(host: Host, { packets }: Setting, stripes: number, parentsEach: number) {
    this.host = host
    this.links = new Links(host)
    this.silence = new Silence(packets, stripes, host.packetMs)
    this.stripes = Array.from(
      { length: stripes },
      (_, number) => new Stripe(number, host, this.links, parentsEach)
    )
  }

  start(): void {
    if (this.host.isOrigin) return
    for (const { search } of this.stripes) search.begin()
    this.watch()
  }

  published(sequence: number): void {
    this.pass(-1, sequence, 1)
  }

  packet(link: number, sequence: number, hops: number): void {
    this.stripeOf(sequence).parents.heard(link, this.host.now)
    this.silence.broken(sequence, this.host.now)
    if (this.host.hear(sequence, hops)) this.pass(link, sequence, hops + 1)
  }

  found(peers: readonly number[]): void {
    for (const { search } of this.stripes) search.suggest(peers)
  }

  linked(link: number, peer: number, dialled: boolean): void {
    this.links.opened(link, peer, dialled)
    for (const { search } of this.stripes) search.linked(peer)
    this.tidy()
  }

  unreachable(peer: number): void {
    this.links.shun(peer)
    for (const { search } of this.stripes) if (search.asking === peer) search.goOn()
  }

  unlinked(link: number): void {
    const peer = this.links.ended(link)
    for (const stripe of this.stripes) {
      if (stripe.search.asking === peer) stripe.search.goOn()
      stripe.lose(link)
    }
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    this.stripes[given.stripe]!.received(link, this.links.peerAt(link)!, given)
    this.tidy()
  }

  parents(): Parent[] {
    return this.stripes.flatMap((stripe) =>
      stripe.parents.peers.map((peer) => ({ peer, stripes: [stripe.number] }))
    )
  }

  private stripeOf(sequence: number): Stripe {
    return this.stripes[sequence % this.stripes.length]!
  }

  private pass(from: number, sequence: number, hops: number): void {
    for (const link of this.stripeOf(sequence).children.links) {
      if (link !== from) this.host.sendPacket(link, sequence, hops)
    }
  }

  private tidy(): void {
    this.links.tidy((link, peer) => this.stripes.some((stripe) => stripe.needs(link, peer)))
  }

  private watch(): void {
    this.host.after(WATCH_MS, () => this.watch())
    for (const stripe of this.stripes) {
      for (const link of stripe.parents.silent(this.silence.since(this.host.now))) {
        this.links.shun(this.links.peerAt(link)!)
        stripe.quit(link)
      }
    }
  }
}
