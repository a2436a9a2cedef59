/**
 * The way down: grants stripes to children, tells them the path, and says which links get a packet. A peer that lost
 * its own parent keeps its children while it repairs: whoever drops them turns one loss into a cascade.
 */

import { MAX_PATH } from '../limits.js'
import { equal } from '../wire/cursor.js'
import type { Refusal, Subscribe } from '../wire/message.js'
import { type PeerRecord, shortId, type ShortId } from '../wire/record.js'
import { Children, type Grant, type SlotLimits } from './children.js'
import { samePath } from './feeds.js'
import type { Neighbour } from './neighbour.js'
import { MAX_OTHERS, type Neighbourhood } from './neighbourhood.js'
import { NO_STRIPES, oneStripe, type StripeSet, stripesIn } from './stripes.js'

export interface DownstreamOptions extends SlotLimits {
  readonly epoch: number
}

export class Downstream {
  readonly children: Children
  private readonly options: DownstreamOptions
  private readonly self: ShortId
  private readonly hood: Neighbourhood
  /** The path to a stripe's packets here, this peer not included; undefined while it is not fed. */
  private readonly pathTo: (stripe: number) => readonly ShortId[] | undefined

  constructor(
    options: DownstreamOptions,
    self: ShortId,
    hood: Neighbourhood,
    pathTo: (stripe: number) => readonly ShortId[] | undefined
  ) {
    this.options = options
    this.self = self
    this.hood = hood
    this.pathTo = pathTo
    this.children = new Children(options)
  }

  /** Takes a SUBSCRIBE and answers it. @returns the stripes that are new to the child. */
  subscribe(neighbour: Neighbour, subscribe: Subscribe): StripeSet {
    if (subscribe.epoch !== this.options.epoch) {
      this.refuseEpoch(neighbour, subscribe)
      return NO_STRIPES
    }
    const child = shortId(neighbour.record!.id)
    const request = (): Grant =>
      this.children.request(neighbour.link, subscribe.stripes, subscribe.sample, (stripe) =>
        this.obstacle(stripe, child)
      )
    let grant = request()
    const added = grant.added
    if (!neighbour.leaf && this.sendLeavesDown(grant.refused, neighbour, child)) grant = request()
    this.tell(neighbour.link, grant, this.hood.withRoom(neighbour.link))
    this.announce(neighbour.link, added | grant.added)
    return added | grant.added
  }

  /** Slots that this neighbour could have: a contributor also those that leaves have. */
  freeSlotsFor(link: number): number {
    const free = this.children.freeSlotsFor(link)
    return this.hood.get(link)?.leaf === false ? free + this.slotsOfLeaves : free
  }

  get slotsOfLeaves(): number {
    return this.children.usedBy(this.isLeaf)
  }

  private readonly isLeaf = (link: number): boolean => this.hood.get(link)?.leaf === true

  /**
   * Contributors come before leaves: of each stripe that was refused to one for want of slots, one slot is taken from a leaf,
   * which is told to whom it was given. @returns whether any was
   */
  private sendLeavesDown(refused: StripeSet, { record, link }: Neighbour, child: ShortId): boolean {
    let isAny = false
    for (const stripe of stripesIn(refused)) {
      const leaf = [...this.children.withStripe(stripe)].find(this.isLeaf)
      if (leaf === undefined || this.obstacle(stripe, child) !== undefined) continue
      const granted = this.children.take(leaf, stripe)
      const others = [record!, ...this.hood.withRoom(link)].slice(0, MAX_OTHERS)
      this.tell(leaf, { granted, refused: oneStripe(stripe), refusal: 'full' }, others)
      isAny = true
    }
    return isAny
  }

  private tell(
    link: number,
    { granted, refused, refusal }: Omit<Grant, 'added'>,
    others: readonly PeerRecord[]
  ): void {
    this.hood.send(link, {
      type: 'grant',
      epoch: this.options.epoch,
      stripes: granted,
      refused,
      refusal,
      others: refused === NO_STRIPES ? [] : others
    })
  }

  /** Paths have changed: all who get these stripes are told. */
  pathsChanged(stripes: StripeSet): void {
    const links = new Map<number, StripeSet>()
    for (const stripe of stripesIn(stripes)) {
      for (const link of this.children.withStripe(stripe)) {
        links.set(link, (links.get(link) ?? NO_STRIPES) | oneStripe(stripe))
      }
    }
    for (const [link, set] of links) this.announce(link, set)
  }

  lost(link: number): void {
    this.children.release(link)
  }

  /** Sends the paths of these stripes, those that are the same in one message: an empty one if they are cut off. */
  private announce(link: number, stripes: StripeSet): void {
    let rest = stripes
    for (const stripe of stripesIn(stripes)) {
      if ((rest & oneStripe(stripe)) === 0) continue
      const path = this.pathTo(stripe)
      let together = NO_STRIPES
      for (const other of stripesIn(rest))
        if (samePath(this.pathTo(other), path)) together |= oneStripe(other)
      rest &= ~together
      this.hood.send(link, {
        type: 'path',
        stripes: together,
        peers: path === undefined ? [] : [...path, this.self]
      })
    }
  }

  private obstacle(stripe: number, child: ShortId): Refusal | undefined {
    const path = this.pathTo(stripe)
    if (path === undefined) return 'not-fed'
    if (path.some((id) => equal(id, child))) return 'loop'
    return path.length + 1 >= MAX_PATH ? 'too-deep' : undefined
  }

  private refuseEpoch(neighbour: Neighbour, subscribe: Subscribe): void {
    this.hood.send(neighbour.link, {
      type: 'grant',
      epoch: subscribe.epoch,
      stripes: NO_STRIPES,
      refused: subscribe.stripes,
      refusal: 'not-fed',
      others: []
    })
  }
}
