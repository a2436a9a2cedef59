/**
 * The way down: grants stripes to children, tells them the path, and says which links get a packet. A peer that lost
 * its own parent keeps its children while it repairs: whoever drops them turns one loss into a cascade.
 */

import { MAX_PATH, PATH_INTERVAL_MS } from '../limits.js'
import { equal } from '../wire/cursor.js'
import type { Refusal, Subscribe } from '../wire/message.js'
import { shortId, type ShortId } from '../wire/record.js'
import { Children, type Grant, type SlotLimits } from './children.js'
import type { Epochs } from './epochs.js'
import { samePath } from './feeds.js'
import type { Neighbour } from './neighbour.js'
import { MAX_OTHERS, type Neighbourhood } from './neighbourhood.js'
import { hasStripe, NO_STRIPES, oneStripe, type StripeSet, stripesIn } from './stripes.js'

export interface DownstreamOptions extends SlotLimits {
  readonly epochs: Epochs
}

export class Downstream {
  readonly children: Children
  /** Stripes whose paths have changed since children were told last, and when that was. */
  private untold = NO_STRIPES
  private toldAt = -Infinity
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
    if (!this.options.epochs.has(subscribe.epoch)) {
      this.refuseEpoch(neighbour, subscribe)
      return NO_STRIPES
    }
    const child = shortId(neighbour.record!.id)
    const request = (): Grant =>
      this.children.request(neighbour.link, subscribe.stripes, subscribe.sample, (stripe) =>
        this.obstacle(stripe, child)
      )
    let grant = request()
    let { added } = grant
    for (const stripe of stripesIn(neighbour.leaf ? NO_STRIPES : grant.refused)) {
      if (!hasStripe(grant.refused, stripe) || !this.sendLeafDown(stripe, neighbour, child)) continue
      grant = request()
      added |= grant.added
    }
    this.tell(neighbour.link, grant, subscribe.epoch)
    this.announce(neighbour.link, added)
    return added
  }

  /** Slots that this neighbour could have: a contributor also those that leaves have. */
  freeSlotsFor(link: number): number {
    const free = this.children.freeSlotsFor(link)
    return this.hood.get(link)?.leaf === false ? free + this.slotsOfLeaves : free
  }

  /** Whether those who are children already, or contributors, can have more. */
  get hasMore(): boolean {
    return this.children.hasSlots || this.slotsOfLeaves > 0
  }

  private get slotsOfLeaves(): number {
    return this.children.usedBy(this.isLeaf)
  }

  private readonly isLeaf = (link: number): boolean => this.hood.get(link)?.leaf === true

  /**
   * Contributors come before leaves: where a stripe was refused to one for want of slots, a leaf's slot is taken, and the leaf is
   * told to whom it was given. Where children are counted only a whole place is of use. @returns whether there was a leaf
   */
  private sendLeafDown(stripe: number, contributor: Neighbour, child: ShortId): boolean {
    const leaf = [...this.children.withStripe(stripe)].find(this.isLeaf)
    if (leaf === undefined || this.obstacle(stripe, child) !== undefined) return false
    const hasPlace = this.children.hasPlaceFor(contributor.link)
    const taken = hasPlace ? oneStripe(stripe) : this.children.stripesOf(leaf)
    const granted = this.children.take(leaf, taken)
    const epoch = this.options.epochs.current
    this.tell(leaf, { granted, refused: taken, refusal: 'full' }, epoch, contributor)
    return true
  }

  /**
   * @param epoch of the request, which the child knows.
   * @param first whom to name before others who have room
   */
  private tell(
    link: number,
    { granted, refused, refusal }: Omit<Grant, 'added'>,
    epoch: number,
    first?: Neighbour
  ): void {
    const others = first === undefined ? [] : [first.record!]
    if (refused !== NO_STRIPES) others.push(...this.hood.withRoom(first?.link ?? link))
    this.hood.send(link, {
      type: 'grant',
      epoch,
      stripes: granted,
      refused,
      refusal,
      others: others.slice(0, MAX_OTHERS)
    })
  }

  /** Paths have changed: all who get these stripes are told, at once or when it is time again. */
  pathsChanged(stripes: StripeSet, now: number): void {
    this.untold |= stripes
    if (now < this.nextDeadline) return
    const changed = this.untold
    this.untold = NO_STRIPES
    this.toldAt = now
    this.announceAll(changed)
  }

  /** When children are to be told of paths that have changed. */
  get nextDeadline(): number {
    return this.untold === NO_STRIPES ? Infinity : this.toldAt + PATH_INTERVAL_MS
  }

  private announceAll(stripes: StripeSet): void {
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
