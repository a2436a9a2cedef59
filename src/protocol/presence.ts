/** What a peer tells others of itself: to a tracker who it is, to all whether it has room and how deep it stands. */

import { CANDIDATES_PER_ANSWER, KEEPALIVE_MS, PROTOCOL_VERSION, STATUS_INTERVAL_MS } from './limits.js'
import type { PeerOptions } from './peer-options.js'
import type { Discovery } from './tree/discovery.js'
import type { Neighbourhood } from './tree/neighbourhood.js'
import type { Join, Lease } from './wire/message.js'

/** What others choose by. */
export interface Vacancy {
  /** Slots for whoever comes. */
  readonly freeSlots: number
  /** Whether those who are children already, or contributors, can have more. */
  readonly hasMore: boolean
  /** Links between the origin and this peer; 255 while it is not fed. */
  readonly depth: number
  /** Slots of a peer that has outlived its show, for those who want the past: trackers are told of them. */
  readonly lent?: number
}

/** How deep a peer says it is that lends the past. */
const LENDER_DEPTH = 1

export class Presence {
  private readonly options: PeerOptions
  private readonly hood: Neighbourhood
  private readonly discovery: Discovery
  private readonly freeSlotsFor: (link: number) => number
  /** Whether any address of this peer is of use to others. */
  canBeDialled = true
  private told = ''
  private toldAt = -Infinity
  private keptAliveAt = -Infinity

  constructor(
    options: PeerOptions,
    hood: Neighbourhood,
    discovery: Discovery,
    freeSlotsFor: (link: number) => number
  ) {
    this.freeSlotsFor = freeSlotsFor
    this.options = options
    this.hood = hood
    this.discovery = discovery
  }

  /** The one question to a tracker. */
  join({ freeSlots }: Vacancy, ways: number): Join {
    const { self, broadcast, role, source } = this.options
    return {
      type: 'join',
      minVersion: PROTOCOL_VERSION,
      maxVersion: PROTOCOL_VERSION,
      peerId: self.id,
      broadcast,
      role,
      freeSlots: source?.roots === undefined ? freeSlots : 0,
      wanted: role === 'origin' ? 0 : CANDIDATES_PER_ANSWER,
      addresses: self.addresses,
      ways
    }
  }

  /** Tells neighbours and trackers what changed, though not at every change; and trackers at every lease. */
  tell(vacancy: Vacancy, now: number): void {
    const changed = this.hasChanged(vacancy) && now >= this.toldAt + STATUS_INTERVAL_MS
    if (!changed && now < this.discovery.leaseDue) return
    if (changed) {
      this.told = gist(vacancy)
      this.toldAt = now
      for (const { link } of this.hood.ready()) this.tellOne(link, vacancy)
    }
    this.discovery.lease(this.lease(vacancy), now)
  }

  /** What trackers are told. Who cannot be dialled any more has no room for strangers, only for those that it dialled. */
  lease({ freeSlots, depth, lent = 0 }: Vacancy): Lease {
    const isOpen = this.canBeDialled && this.options.source?.roots === undefined
    const slots = Math.max(freeSlots, lent)
    return { type: 'lease', freeSlots: isOpen ? slots : 0, depth: lent > 0 ? LENDER_DEPTH : depth }
  }

  /** A neighbour is told what it can have. */
  tellOne(link: number, { depth }: Vacancy): void {
    this.hood.send(link, { type: 'status', freeSlots: this.freeSlotsFor(link), depth })
  }

  /** Lets neighbours know that we are there, where no packets do. @param isFed whether packets go to a link now */
  keepAlive(vacancy: Vacancy, isFed: (link: number) => boolean, now: number): void {
    if (now < this.keptAliveAt + KEEPALIVE_MS) return
    this.keptAliveAt = now
    for (const { link } of this.hood.ready()) if (!isFed(link)) this.tellOne(link, vacancy)
  }

  /** When `tell` has something to tell, or neighbours are to hear of us. */
  nextDeadline(vacancy: Vacancy): number {
    const leaseDue =
      this.hood.size === 0
        ? this.discovery.leaseDue
        : Math.min(this.discovery.leaseDue, this.keptAliveAt + KEEPALIVE_MS)
    return this.hasChanged(vacancy) ? Math.min(leaseDue, this.toldAt + STATUS_INTERVAL_MS) : leaseDue
  }

  private hasChanged(vacancy: Vacancy): boolean {
    return gist(vacancy) !== this.told
  }
}

/** What of a vacancy is worth telling: whether there is room, not how much. */
function gist({ freeSlots, hasMore, depth, lent = 0 }: Vacancy): string {
  return `${freeSlots > 0} ${hasMore} ${depth} ${lent > 0}`
}
