/**
 * How a newcomer gets in, and how whoever lacks a stripe finds somebody who feeds it: a tracker is asked, candidates are dialled,
 * stripes are dealt out by `tree/policy.ts`, and parents grant or refuse as `tree/downstream.ts` does.
 */

import {
  DEFAULT_PARENTS,
  DEFAULT_SPARES,
  DIAL_PATIENCE_MS,
  DIAL_TIMEOUT_MS,
  FAST_START_MS,
  GATHER_MS,
  GRANT_TIMEOUT_MS,
  MAX_ASK_URGENTLY_MS,
  MAX_TICKET_RECORDS,
  MAX_TRACKER_RETRY_MS,
  SPREAD_MS,
  STATUS_INTERVAL_MS,
  TICKET_PATIENCE_MS,
  TRACKER_RETRY_MS
} from '../../protocol/limits.js'
import { MAX_OTHERS } from '../../protocol/tree/neighbourhood.js'
import { dealStripes, isUsable } from '../../protocol/tree/policy.js'
import { oneStripe, type StripeSet, stripesIn } from '../../protocol/tree/stripes.js'
import { LEAD_MS } from '../world.js'
import { NOBODY, STATE, TRAIT, UNFED } from './columns.js'
import { type CrowdWorld, KIND, ORIGIN } from './world.js'

/** What is asked of a parent, and who else is linked. */
export interface Request {
  readonly stripes: StripeSet
  readonly links: readonly number[]
  /** Who has refused them just now, and is not asked again before others. */
  readonly refusedBy: readonly number[]
}

const LINKS = DEFAULT_PARENTS + DEFAULT_SPARES

/** A JOIN and the WELCOME with its candidates; HELLO both ways with four records of 180 bytes each; SUBSCRIBE, GRANT and PATH. */
const JOIN_BYTES = 520
const HELLO_BYTES = 2 * (120 + 4 * 180)
const SUBSCRIBE_BYTES = 120

export class Entry {
  private readonly world: CrowdWorld
  /** A stripe of this peer comes from now on: `at` is when the first of it arrives. */
  private readonly fed: (peer: number, stripe: number, at: number) => void
  /** More links are there than it needs to be fed. */
  private readonly linked: (peer: number, links: readonly number[]) => void
  /** A parent has given a leaf's slot to a contributor. */
  private readonly sentDown: (leaf: number, stripe: number, parent: number, contributor: number) => void

  constructor(
    world: CrowdWorld,
    told: {
      readonly fed: (peer: number, stripe: number, at: number) => void
      readonly linked: (peer: number, links: readonly number[]) => void
      readonly sentDown: (leaf: number, stripe: number, parent: number, contributor: number) => void
    }
  ) {
    this.world = world
    this.fed = told.fed
    this.linked = told.linked
    this.sentDown = told.sentDown
  }

  /** Connects to a tracker. @param failures so far */
  discover(peer: number, failures: number): void {
    const { world } = this
    if (!world.columns.isHere(peer)) return
    const tracker = failures % world.trackers.length
    const roundTrip = world.trackerRoundTripMs(peer, tracker)
    const { setupRtts, setupMs } = world.scenario.network
    const opensAt = world.now + Math.min(DIAL_TIMEOUT_MS, setupRtts * roundTrip + 2 * setupMs)
    if (!world.areTrackersUp) world.plan(opensAt, KIND.trackerFailed, peer, failures + 1)
    else if (world.isFlooded('trackers'))
      world.plan(world.now + DIAL_TIMEOUT_MS, KIND.trackerFailed, peer, failures + 1)
    else world.plan(opensAt + roundTrip / 2, KIND.join, peer, 0)
  }

  /** As `tree/discovery.ts` tries again, and `tree/entrance.ts` takes out a ticket. */
  trackerFailed(peer: number, failures: number): void {
    const { world } = this
    if (!world.columns.isHere(peer)) return
    const pause = Math.min(TRACKER_RETRY_MS * 2 ** (failures - 1), MAX_TRACKER_RETRY_MS)
    world.plan(world.now + pause * (0.5 + world.random.unit()), KIND.discover, peer, failures)
    if (failures === world.trackers.length) this.enterByTicket(peer)
  }

  /** A JOIN, or an ASK, has reached a tracker. */
  join(peer: number, asks: number): void {
    const { world } = this
    if (!world.columns.isHere(peer) || !world.areTrackersUp) return
    world.account.trackerBytes += JOIN_BYTES
    world.meeting.told(peer)
    const candidates = world.meeting.candidatesFor(peer)
    const isHungry = world.orphans(peer) !== 0
    const hasHost = candidates.some((each) => world.columns.depthOf(each) !== UNFED && world.roomOf(each) > 0)
    if (isHungry && !hasHost) world.meeting.waits(peer)
    world.plan(world.now + world.trackerRoundTripMs(peer, 0) / 2, KIND.answer, peer, asks, candidates)
  }

  begin(peer: number): void {
    const { world } = this
    if ((world.columns.traits[peer]! & TRAIT.ticket) !== 0)
      world.plan(world.now + TICKET_PATIENCE_MS, KIND.ticket, peer, 0)
    this.discover(peer, 0)
  }

  enterByTicket(peer: number): void {
    const { world } = this
    const { columns } = world
    if ((columns.traits[peer]! & TRAIT.ticket) === 0 || !columns.isHere(peer)) return
    if (world.orphans(peer) !== world.all || world.parentsOf(peer).length > 0) return
    const door = this.door(columns.cameAt[peer]!)
    if (door !== NOBODY) this.dial(peer, [door, ...this.around(door)].slice(0, MAX_TICKET_RECORDS))
  }

  /** Candidates have come: dials those that are lacking. */
  answer(peer: number, candidates: readonly number[]): void {
    if (this.world.columns.isHere(peer)) this.dial(peer, candidates)
  }

  /**
   * Dials up to six, and instead of each that does not open another one. Stripes are dealt out when so many are linked that
   * could take them, or a moment after the first.
   */
  dial(peer: number, candidates: readonly number[]): void {
    const { world } = this
    const { columns, random, now } = world
    const lot = random.sample(candidates, candidates.length)
    const linked: { readonly link: number; readonly at: number }[] = []
    let next = Math.min(LINKS, lot.length)
    for (let i = 0; i < next; i++) {
      const link = lot[i]!
      const startAt = i < LINKS ? now : now + DIAL_PATIENCE_MS
      const opens =
        columns.isHere(link) &&
        !columns.is(link, STATE.frozen) &&
        world.canConnect(peer, link) &&
        !(link === ORIGIN && world.isFlooded('origin')) &&
        !(world.isRoot(link) && world.isFlooded('roots'))
      if (!opens) {
        if (next < lot.length) next++
        continue
      }
      world.account.controlBytes += HELLO_BYTES
      linked.push({ link, at: startAt + world.linkMs(world.roundTripMs(peer, link)) })
    }
    if (linked.length === 0) {
      if (world.orphans(peer) !== 0) this.seekLater(peer, 1)
      return
    }
    linked.sort((a, b) => a.at - b.at)
    const isUsableNow = ({ link }: { readonly link: number }): boolean =>
      isUsable({ freeSlots: world.roomOf(link), depth: columns.depthOf(link) }) || link === ORIGIN
    const usable = linked.filter(isUsableNow)
    const first = usable[0] ?? linked[0]!
    const enough = usable[DEFAULT_PARENTS - 1]
    const at = Math.min(first.at + GATHER_MS, enough?.at ?? Infinity)
    const ready = linked.filter((each) => each.at <= at).length
    world.plan(
      at,
      KIND.deal,
      peer,
      ready,
      linked.map(({ link }) => link)
    )
  }

  /** Deals out what nobody feeds among the links that are there. @param ready so many of them */
  deal(peer: number, ready: number, links: readonly number[]): void {
    const { world } = this
    const { columns } = world
    if (!columns.isHere(peer) || columns.is(peer, STATE.frozen)) return
    const orphans = world.orphans(peer)
    if (orphans === 0 && columns.asked[peer] === 0) this.linked(peer, links)
    else if (orphans !== 0) {
      const options = world.options(peer, links.slice(0, ready))
      const dealt = dealStripes(orphans, options, world.random)
      let left = orphans
      for (const [link, stripes] of dealt) {
        left &= ~stripes
        this.ask(peer, link, stripes, links)
      }
      if (left !== 0) {
        if (ready < links.length) world.plan(world.now + GATHER_MS, KIND.deal, peer, links.length, links)
        else this.seekLater(peer, 1, links)
      }
    }
    if (!columns.is(peer, STATE.tended)) {
      columns.state[peer]! |= STATE.tended
      world.plan(world.now + SPREAD_MS * (1 + world.random.unit()), KIND.attend, peer, 0, links)
    }
  }

  ask(
    peer: number,
    parent: number,
    stripes: StripeSet,
    links: readonly number[],
    refusedBy: readonly number[] = []
  ): void {
    const { world } = this
    world.columns.asked[peer]! |= stripes
    world.account.controlBytes += SUBSCRIBE_BYTES
    const request: Request = { stripes, links, refusedBy }
    world.plan(world.now + world.oneWayMs(peer, parent), KIND.subscribe, peer, parent, request)
  }

  /** A parent is asked for stripes: it grants, or refuses. */
  subscribe(peer: number, parent: number, request: Request): void {
    const { world } = this
    const { columns, forest } = world
    const { stripes } = request
    if (!columns.isHere(peer)) return
    if (!columns.isHere(parent) || columns.is(parent, STATE.frozen)) {
      world.plan(world.now + GRANT_TIMEOUT_MS, KIND.refused, peer, parent, request)
      return
    }
    columns.asked[peer]! &= ~stripes
    let refused = 0
    const isNew = world.feeding(peer, parent) === 0
    let granted = 0
    for (const stripe of stripesIn(stripes)) {
      let obstacle = forest.obstacle(parent, peer, stripe)
      if (obstacle === 'full' && !columns.isLeaf(peer)) {
        const leaf = forest.leafOf(parent, stripe)
        if (leaf !== NOBODY) {
          forest.detach(leaf, stripe)
          this.sentDown(leaf, stripe, parent, peer)
          obstacle = forest.obstacle(parent, peer, stripe)
        }
      }
      if (obstacle !== undefined) refused |= oneStripe(stripe)
      else {
        const before = forest.detach(peer, stripe)
        if (before !== NOBODY) world.tells(before)
        forest.attach(peer, parent, stripe)
        granted++
        const past = before === NOBODY && isNew ? this.past() : 0
        if (past > 0) world.account.startOff(parent, past)
        this.fed(peer, stripe, world.now + world.oneWayMs(parent, peer) + this.pastMs(parent, past * granted))
      }
    }
    if (granted > 0) world.tells(parent)
    if (refused !== 0) {
      columns.asked[peer]! |= refused
      world.plan(world.now + world.oneWayMs(parent, peer), KIND.refused, peer, parent, {
        ...request,
        stripes: refused
      })
    }
  }

  /** What was refused is asked of the other links, or of those whom the parent has named. */
  refused(peer: number, parent: number, { stripes, links, refusedBy }: Request): void {
    const { world } = this
    const { columns } = world
    columns.asked[peer]! &= ~stripes
    columns.state[peer]! |= STATE.refused
    if (!columns.isHere(peer) || (world.orphans(peer) & stripes) === 0) return
    const others = links.filter((link) => link !== parent)
    const refusing = [...refusedBy, parent]
    const options = world.options(peer, others).filter(({ link }) => !refusing.includes(link))
    const dealt = dealStripes(world.orphans(peer), options, world.random)
    let left = world.orphans(peer)
    for (const [link, some] of dealt) {
      left &= ~some
      this.ask(peer, link, some, others, refusing)
    }
    if (left === 0) return
    const named = this.around(parent)
      .filter(
        (each) =>
          each !== peer && each !== ORIGIN && world.roomOf(each) > 0 && columns.depthOf(each) !== UNFED
      )
      .slice(0, MAX_OTHERS)
    if (named.length > 0) this.dial(peer, named)
    else this.seekLater(peer, 1, others)
  }

  /** Looks again after a while, at links that it has, and asks for more. @param times that it has looked */
  seekLater(peer: number, times: number, links: readonly number[] = []): void {
    const { world } = this
    const { state } = world.columns
    if ((state[peer]! & STATE.hungry) !== 0) return
    state[peer]! |= STATE.hungry
    const pause = Math.min(STATUS_INTERVAL_MS * times, MAX_ASK_URGENTLY_MS)
    world.plan(world.now + pause * (0.75 + world.random.unit() / 2), KIND.seek, peer, times, links)
  }

  seek(peer: number, times: number, links: readonly number[]): void {
    const { world } = this
    const { columns } = world
    columns.state[peer]! &= ~STATE.hungry
    const orphans = world.orphans(peer)
    if (!columns.isHere(peer) || orphans === 0) return
    const dealt = dealStripes(orphans, world.options(peer, links), world.random)
    let left = orphans
    for (const [link, stripes] of dealt) {
      left &= ~stripes
      this.ask(peer, link, stripes, links)
    }
    if (left === 0) return
    this.askTracker(peer, times)
    // Whom its neighbours have told of, where no tracker helps: many of them have no room, and name others.
    if (times > 1 || !world.areTrackersUp) this.dial(peer, this.known(peer, times))
    this.seekLater(peer, times + 1, links)
  }

  /** Asks a tracker by the link that is there. @param times that it has asked @returns whether it can be asked */
  askTracker(peer: number, times: number): boolean {
    const { world } = this
    if (!world.areTrackersUp || world.isFlooded('trackers')) return false
    world.plan(world.now + world.trackerRoundTripMs(peer, 0) / 2, KIND.join, peer, times)
    return true
  }

  /** Looks for more links, where a tracker does not help among those of whom it has heard. */
  seekMore(peer: number): void {
    if (!this.askTracker(peer, 1)) this.dial(peer, this.known(peer, 1))
  }

  /** Peers that it has heard of: neighbours of its neighbours. Who has been in, or was linked with some, has heard of others all
   * over the show. */
  private known(peer: number, times: number): number[] {
    const { world } = this
    const { columns, random } = world
    const near = world.parentsOf(peer).concat(world.sparesOf(peer))
    const known = new Set(near.flatMap((each) => this.around(each)))
    const isOld = columns.is(peer, STATE.hears) || (times > 2 && world.areTrackersUp)
    for (let i = 0; i < LINKS && isOld; i++) {
      const each = 1 + random.below(world.peers - 1)
      if (columns.isHere(each) && !columns.isLeaf(each)) known.add(each)
    }
    known.delete(peer)
    known.delete(ORIGIN)
    return random.sample([...known], LINKS)
  }

  /** Neighbours of a peer that can be fed from: whom it could name. */
  around(peer: number): number[] {
    const { world } = this
    const around: number[] = []
    const add = (each: number): void => {
      if (!world.columns.isLeaf(each) && !around.includes(each)) around.push(each)
    }
    for (const each of world.parentsOf(peer)) add(each)
    for (const each of world.sparesOf(peer)) add(each)
    if (peer !== ORIGIN)
      for (let stripe = 0; stripe < world.stripes; stripe++)
        for (const child of world.forest.childrenOf(peer, stripe)) add(child)
    return around
  }

  /** Somebody who listened so long ago as tickets are old, by whom a ticket was passed on. */
  private door(cameAt: number): number {
    const { world } = this
    const { columns } = world
    const before = cameAt - world.scenario.crowd.tickets.ageS * 1000
    let low = 1
    let high = world.peers
    while (low < high) {
      const middle = (low + high) >> 1
      if (columns.cameAt[middle]! <= before) low = middle + 1
      else high = middle
    }
    for (let tries = 0; tries < 8 && low > 1; tries++) {
      const peer = 1 + world.random.below(low - 1)
      if (columns.isHere(peer) && !columns.isLeaf(peer) && columns.depthOf(peer) !== UNFED) return peer
    }
    return NOBODY
  }

  /** Packets of one stripe that a new child is given at once. */
  private past(): number {
    const { now, scenario, stripes } = this.world
    const { packetMs } = scenario.show
    const shown = Math.max(0, Math.min(FAST_START_MS, now - LEAD_MS))
    return Math.floor(shown / packetMs / stripes)
  }

  /** What it takes a parent to send so many packets, ms. */
  private pastMs(parent: number, packets: number): number {
    return (packets * this.world.packetBytes * 8) / this.world.columns.uplinkKbpsOf(parent)
  }
}
