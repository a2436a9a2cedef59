/**
 * The way up: keeps every stripe fed. Deals orphaned stripes out among the neighbours, moves a stripe whose parent
 * stalls, keeps spares, and asks for what is missing. Time is judged against the show's own progress: a stripe
 * stalls when *the others* go on without it.
 */

import {
  CUT_OFF_PATIENCE_MS,
  GATHER_MS,
  GRANT_TIMEOUT_MS,
  SAMPLE_ONE_IN,
  SPREAD_AGAIN_MS,
  SPREAD_MS,
  STALL_AVOID_MS,
  STALL_MS
} from '../limits.js'
import type { Notice } from '../notice.js'
import type { Random } from '../random.js'
import { type Grant, type Path, type Refusal, SINCE_RECENT } from '../wire/message.js'
import type { PeerId, ShortId } from '../wire/record.js'
import { Backfill } from './backfill.js'
import type { Epochs } from './epochs.js'
import { Feeds, UNFED_DEPTH } from './feeds.js'
import type { Neighbour } from './neighbour.js'
import type { Neighbourhood } from './neighbourhood.js'
import { chooseMove, chooseSpares, dealStripes, isUsable, type Option } from './policy.js'
import { Silence } from './silence.js'
import {
  allStripes,
  NO_STRIPES,
  oneStripe,
  stripeCount,
  stripeOf,
  type StripeSet,
  stripesIn
} from './stripes.js'

/** What the way up must know of the show's progress. The window and the playout know it. */
export interface Progress {
  /** The highest sequence of a stripe, −1 before the first. */
  newestIn(stripe: number): number
  /** The lowest sequence that is still worth having. */
  readonly wanted: number
  /** How far the show has gone on since the first packet after this sequence: show time in ms, and the wall
   * time at which that packet came. Undefined if there is none. */
  after(sequence: number): { readonly showMs: number; readonly at: number } | undefined
  /** The highest sequence, −1 before the first. */
  readonly newest: number
  /** How long the show has gone on; ms of show time, 0 before the first packet. */
  readonly elapsedMs: number
  /** How far the show has gone on beyond this packet; ms of show time, 0 if it is not here. */
  behindMs(sequence: number): number
  /** Whether there is no hole. */
  readonly isWhole: boolean
  /** Sequences that are not here and worth having, ascending. */
  holes(): number[]
  /** Those of the holes that a later packet of their own stripe passed before the first time, or any later packet before
   * the second: the stripes run at different speeds, and a link keeps its order. */
  missing(beforeInStripe: number, beforeInShow: number): number[]
}

export interface UpstreamOptions {
  readonly epochs: Epochs
  readonly stripes: number
  readonly parents: number
  readonly spares: number
  /** Takes all that it can get from the origin itself. */
  readonly isRoot: boolean
}

/** How often spares are looked at, and for a better way: a sample comes every second or so. */
const LOOK_AGAIN_MS = 500

export class Upstream {
  readonly feeds: Feeds
  private readonly options: UpstreamOptions
  private readonly self: ShortId
  private readonly hood: Neighbourhood
  private readonly random: Random
  private readonly notice: (notice: Notice) => void
  private readonly backfill: Backfill
  private gatherUntil: number | undefined
  private readonly silence: Silence
  /** When a stripe may be moved to one parent more. */
  private spreadAt: number
  private heldUpAt = -Infinity
  private tendedAt = -Infinity
  /** Stripes that stalled, and nobody is here who could take them. */
  private stuck = NO_STRIPES

  constructor(
    options: UpstreamOptions,
    self: ShortId,
    hood: Neighbourhood,
    random: Random,
    notice: (notice: Notice) => void,
    now: number
  ) {
    this.options = options
    this.self = self
    this.hood = hood
    this.random = random
    this.notice = notice
    this.silence = new Silence(now)
    this.spreadAt = now + SPREAD_MS * (1 + random.unit())
    this.feeds = new Feeds(options.stripes)
    this.backfill = new Backfill(options.stripes, this.feeds, hood)
  }

  /** This peer itself was held up until now: what did not come meanwhile is nobody else's fault. */
  heldUp(now: number): void {
    this.heldUpAt = now
    this.silence.broken(now)
  }

  /** A packet came. */
  heard(neighbour: Neighbour, sequence: number, progress: Progress, now: number): void {
    this.silence.broken(now)
    neighbour.heardAt = now
    neighbour.hasProved = true
    neighbour.newest = Math.max(neighbour.newest, sequence)
    const stripe = stripeOf(sequence, this.options.stripes)
    this.feeds.heard(neighbour.link, stripe, sequence, progress.behindMs(sequence), now)
  }

  /** A packet got into the window. @returns whether it had been asked for again. */
  arrived(sequence: number, progress: Progress, now: number): boolean {
    return this.backfill.arrived(sequence, progress, now)
  }

  /** Takes a GRANT: what was refused is asked of somebody else. */
  granted(neighbour: Neighbour, grant: Grant, now: number): void {
    if (!this.options.epochs.has(grant.epoch)) return
    this.feeds.grant(neighbour.link, grant.stripes, now)
    const refused = this.feeds.stripesOf(neighbour.link) & grant.refused
    this.feeds.drop(neighbour.link, refused, now)
    if (refused !== NO_STRIPES) {
      neighbour.refuses(refused, now + avoidAfter(grant.refusal))
      this.spreadAt = now + SPREAD_AGAIN_MS
    }
    if (grant.stripes !== NO_STRIPES) this.hood.candidates.succeeded(neighbour.record!.id)
    this.hood.candidates.add(grant.others, neighbour.record!.id)
    // What was given up while the answer was on its way must not be sent for nothing.
    if ((grant.stripes & ~this.feeds.stripesOf(neighbour.link)) !== NO_STRIPES) {
      this.subscribe(neighbour.link, NO_STRIPES, undefined)
    }
  }

  /** Takes a PATH. @returns the stripes whose path changed: those below want to know. */
  path(neighbour: Neighbour, path: Path, now: number): StripeSet {
    if (path.peers.length === 0) {
      const patience = CUT_OFF_PATIENCE_MS * (1 + this.random.unit())
      return this.feeds.setCutOff(neighbour.link, path.stripes, now + patience)
    }
    const { changed, problem } = this.feeds.setPath(neighbour.link, path.stripes, path.peers, this.self)
    if (problem !== undefined) {
      const stripes = this.feeds.stripesOf(neighbour.link) & path.stripes
      if (stripes === NO_STRIPES) return NO_STRIPES
      this.feeds.drop(neighbour.link, stripes, now)
      neighbour.refuses(stripes, now + avoidAfter(problem))
      this.subscribe(neighbour.link, NO_STRIPES, undefined)
    }
    return changed
  }

  /** The link is gone: its stripes are orphans. */
  lost(link: number, peer: PeerId | undefined, now: number): void {
    const stripes = this.feeds.stripesOf(link)
    this.feeds.drop(link, stripes, now)
    this.feeds.removeSpare(link)
    this.backfill.lost(link)
    if (stripes !== NO_STRIPES && peer !== undefined) {
      this.notice({ event: 'parent-lost', peer, stripes: stripeCount(stripes) })
    }
  }

  /** Looks at what is late, at `nextWatch`. @returns false if a stripe has stalled: `tend` has to be called. */
  watch(progress: Progress, now: number): boolean {
    if (this.stuck !== NO_STRIPES || this.stalledStripes(progress, now) !== NO_STRIPES) return false
    this.backfill.tend(progress, now)
    return true
  }

  /** Looks after everything; to be called after each happening that is not about packets alone, and at the deadline.
   * @returns the stripes that are cut off since now: those below are to be told. */
  tend(progress: Progress, now: number): StripeSet {
    this.tendedAt = now
    this.expireRequests(now)
    this.leaveCutOff(now)
    this.moveStalled(progress, now)
    this.dealOrphans(progress, now)
    this.keepSpares(progress, now)
    this.probe(progress, now)
    this.demote(progress, now)
    this.spread(progress, now)
    this.backfill.tend(progress, now)
    return this.feeds.cutOffOrphans(now)
  }

  /** Whether any stripe comes from the origin, as far as is known. */
  get isRooted(): boolean {
    for (let stripe = 0; stripe < this.options.stripes; stripe++) if (this.feeds.isRooted(stripe)) return true
    return false
  }

  /** Whether every stripe flows, as far as is known. */
  get isFed(): boolean {
    return this.feeds.complete && this.unfed === NO_STRIPES && !this.silence.isEager
  }

  /** Stripes that nobody was asked for, or that do not flow. */
  private get unfed(): StripeSet {
    return this.feeds.orphans() | this.feeds.cutOff() | this.stuck
  }

  /** How many more links this way up could use. */
  linksNeeded(now: number): number {
    const { parents, spares } = this.options
    const { unfed } = this
    if (unfed !== NO_STRIPES) {
      const takers = this.optionsNow(now).filter(
        (option) => isUsable(option) && (unfed & ~option.refused & ~option.stalled) !== 0
      )
      return Math.max(0, parents + spares - takers.length)
    }
    if (!this.feeds.complete) return 0 // whoever was asked will answer in a moment
    const lacking = spares + (this.silence.lasts(now) ? 1 : 0) - this.goodSpares
    if (lacking <= 0) return 0
    const material = this.optionsNow(now).filter((option) => this.isSpareMaterial(option))
    return Math.max(0, lacking - material.length)
  }

  /** Whether this link is of use to us. */
  isUsed(link: number): boolean {
    return this.feeds.spareLinks.has(link) || this.feeds.stripesOf(link) !== NO_STRIPES
  }

  /** The show is over here: those who feed us need not wait for us. */
  wantNothing(now: number): void {
    const links = new Set([...this.feeds.asked(), ...this.feeds.spareLinks])
    for (const link of links) {
      this.feeds.drop(link, this.feeds.stripesOf(link), now)
      this.feeds.removeSpare(link)
      this.subscribe(link, NO_STRIPES, undefined)
    }
  }

  /** Missing packets that were asked for again. */
  get askedAgain(): number {
    return this.backfill.asked
  }

  /** When holes are to be looked at again. */
  get nextWatch(): number {
    return this.backfill.nextLook
  }

  /** When `tend` is needed again. */
  nextDeadline(now: number): number {
    let next = this.feeds.spareLinks.size > 0 ? this.tendedAt + LOOK_AGAIN_MS : Infinity
    if (this.gatherUntil !== undefined) next = Math.min(next, this.gatherUntil)
    for (let stripe = 0; stripe < this.options.stripes; stripe++) {
      if (this.feeds.parentOf(stripe) !== undefined && !this.feeds.isGranted(stripe)) {
        next = Math.min(next, this.feeds.askedAt(stripe) + GRANT_TIMEOUT_MS)
      }
    }
    next = Math.min(next, this.feeds.nextCutOff)
    if (this.feeds.orphans() !== NO_STRIPES) {
      for (const neighbour of this.hood.ready()) next = Math.min(next, neighbour.nextForgiven(now))
    }
    next = Math.min(next, Math.max(now, this.silence.nextProbe))
    return next
  }

  /** A parent that does not even answer a SUBSCRIBE is not waited for. */
  private expireRequests(now: number): void {
    for (let stripe = 0; stripe < this.options.stripes; stripe++) {
      const parent = this.feeds.parentOf(stripe)
      if (parent === undefined || this.feeds.isGranted(stripe)) continue
      if (now < this.feeds.askedAt(stripe) + GRANT_TIMEOUT_MS) continue
      this.feeds.drop(parent, oneStripe(stripe), now)
      this.hood.get(parent)?.stalls(oneStripe(stripe), now + STALL_AVOID_MS)
      this.subscribe(parent, NO_STRIPES, undefined)
    }
  }

  /** A parent that is cut off has had its time to mend: its stripes are orphans now. */
  private leaveCutOff(now: number): void {
    const stripes = this.feeds.givenUp(now)
    if (stripes === NO_STRIPES) return
    const left = new Set(stripesIn(stripes).map((stripe) => this.feeds.parentOf(stripe)!))
    for (const link of left) {
      this.feeds.drop(link, stripes, now)
      this.subscribe(link, NO_STRIPES, undefined)
    }
  }

  /** Moves each stripe that the others have left behind, if there is anybody to move it to. */
  private moveStalled(progress: Progress, now: number): void {
    const stalled = this.stalledStripes(progress, now)
    this.stuck = stalled
    if (stalled === NO_STRIPES) return
    const late = new Set(stripesIn(stalled).map((stripe) => this.feeds.parentOf(stripe)))
    const others = this.optionsNow(now, progress).filter((option) => !option.silent && !late.has(option.link))
    const options = others.map((option) => ({ ...option, refused: option.refused | option.stalled }))
    const dealt = dealStripes(stalled, options, this.random, this.overdueSince(stalled, progress))
    for (const stripes of dealt.values()) this.stuck &= ~stripes
    for (const stripe of stripesIn(stalled & ~this.stuck)) {
      const neighbour = this.hood.get(this.feeds.parentOf(stripe)!)
      if (neighbour?.record !== undefined)
        this.notice({ event: 'stalled', peer: neighbour.record.id, stripe })
    }
    this.replace(dealt, progress, now)
  }

  /** Moves stripes away from parents that have failed them: these are not asked again for long. */
  private replace(dealt: ReadonlyMap<number, StripeSet>, progress: Progress, now: number): void {
    for (const stripes of dealt.values()) {
      for (const stripe of stripesIn(stripes))
        this.hood.get(this.feeds.parentOf(stripe)!)?.stalls(oneStripe(stripe), now + STALL_AVOID_MS)
    }
    this.move(dealt, progress, now, 0)
  }

  /** Moves stripes that are fed to other parents. @param lagMs as in `askDealt` */
  private move(
    dealt: ReadonlyMap<number, StripeSet>,
    progress: Progress,
    now: number,
    lagMs = STALL_MS
  ): void {
    const left = new Set<number>()
    for (const stripes of dealt.values()) {
      for (const stripe of stripesIn(stripes)) {
        const parent = this.feeds.parentOf(stripe)!
        this.feeds.drop(parent, oneStripe(stripe), now)
        left.add(parent)
      }
    }
    this.askDealt(dealt, progress, now, lagMs)
    for (const link of left) this.subscribe(link, NO_STRIPES, undefined)
  }

  /** A parent that holds everything back is left, if there is anybody else. */
  private demote(progress: Progress, now: number): void {
    const delayed = this.feeds.delayed(now)
    if (delayed === NO_STRIPES || this.stuck !== NO_STRIPES || !this.feeds.complete) return
    const late = new Set(stripesIn(delayed).map((stripe) => this.feeds.parentOf(stripe)))
    const others = this.optionsNow(now, progress).filter(
      ({ link, silent, stalled }) => !late.has(link) && !silent && stalled === NO_STRIPES
    )
    this.replace(dealStripes(delayed, others, this.random), progress, now)
  }

  /** When the first of these stripes was due. */
  private overdueSince(stalled: StripeSet, progress: Progress): number {
    const due = stripesIn(stalled).map(
      (stripe) => progress.after(this.expected(stripe, progress))?.at ?? this.feeds.askedAt(stripe)
    )
    return Math.min(...due)
  }

  private stalledStripes(progress: Progress, now: number): StripeSet {
    let set = NO_STRIPES
    for (let stripe = 0; stripe < this.options.stripes; stripe++) {
      if (this.feeds.isGranted(stripe) && this.hasStalled(stripe, progress, now)) set |= oneStripe(stripe)
    }
    return set
  }

  /** Whether the next packet of this stripe is overdue, given how late its parent's packets have always been. */
  private hasStalled(stripe: number, progress: Progress, now: number): boolean {
    const after = progress.after(this.expected(stripe, progress))
    if (after === undefined) return this.neverCame(stripe, progress, now)
    const since = Math.max(after.at, this.feeds.askedAt(stripe), this.heldUpAt)
    const patience = STALL_MS + this.feeds.behindMs(stripe)
    return after.showMs >= patience && now - since >= patience
  }

  /** Whether its parent has granted it and never sent anything, though others say that the show goes on: who is fed itself gives the
   * past at once. */
  private neverCame(stripe: number, { elapsedMs }: Progress, now: number): boolean {
    const parent = this.hood.get(this.feeds.parentOf(stripe)!)
    if (parent?.hasProved !== false || elapsedMs < 2 * STALL_MS) return false
    return now >= Math.max(this.feeds.askedAt(stripe), this.heldUpAt) + 2 * STALL_MS
  }

  /** The packet that the stripe's parent owes next. */
  private expected(stripe: number, progress: Progress): number {
    const last = this.feeds.newestFromParent(stripe)
    return last < 0 ? progress.wanted : last + this.options.stripes
  }

  /** Asks for stripes that nobody feeds. A newcomer first waits a moment for several links to choose among. */
  private dealOrphans(progress: Progress, now: number): void {
    const orphans = this.feeds.orphans()
    const gatherUntil = this.gatherUntil
    this.gatherUntil = undefined
    if (orphans === NO_STRIPES) return
    const options = this.optionsNow(now, progress)
    const usable = options.filter(isUsable)
    if (usable.length === 0) return
    if (this.feeds.asked().size === 0 && usable.length < this.options.parents && this.hood.pending > 0) {
      const until = gatherUntil ?? now + GATHER_MS
      if (now < until) {
        this.gatherUntil = until
        return
      }
    }
    this.askDealt(dealStripes(orphans, options, this.random), progress, now)
  }

  /** @param lagMs by how much later than others its packets may come at first */
  private askDealt(
    dealt: ReadonlyMap<number, StripeSet>,
    progress: Progress,
    now: number,
    lagMs = STALL_MS
  ): void {
    for (const [link, stripes] of dealt) {
      this.feeds.removeSpare(link)
      for (const stripe of stripesIn(stripes))
        this.feeds.ask(stripe, link, progress.newestIn(stripe), lagMs, now)
      this.subscribe(link, stripes, progress)
    }
  }

  /** Tells a parent all that we want of it; `added` are the stripes that it is to begin with the past of. */
  private subscribe(link: number, added: StripeSet, progress: Progress | undefined): void {
    if (this.hood.get(link) === undefined) return
    let since = SINCE_RECENT
    if (progress !== undefined && stripesIn(added).every((stripe) => progress.newestIn(stripe) >= 0)) {
      for (const stripe of stripesIn(added)) since = Math.min(since, progress.newestIn(stripe) + 1)
    }
    this.hood.send(link, {
      type: 'subscribe',
      epoch: this.options.epochs.current,
      stripes: this.feeds.stripesOf(link),
      sample: this.feeds.spareLinks.has(link),
      since
    })
  }

  /** Fills up the spares once every stripe is fed. A spare that went silent is none; one that is full now is replaced
   * when a better one is there. */
  private keepSpares(progress: Progress, now: number): void {
    if (!this.feeds.complete) return
    for (const link of this.feeds.spareLinks) {
      const neighbour = this.hood.get(link)
      if (neighbour === undefined || !isSilent(neighbour, progress, now)) continue
      neighbour.stalls(allStripes(this.options.stripes), now + STALL_AVOID_MS)
      this.dropSpare(link)
    }
    const lacking = this.options.spares - this.goodSpares
    if (lacking <= 0) return
    const options = this.optionsNow(now, progress)
    const unused = options.filter((option) => this.isSpareMaterial(option))
    for (const link of chooseSpares(unused, lacking, this.random)) {
      if (this.feeds.spareLinks.size >= this.options.spares) {
        const worse = options.find((option) => this.feeds.spareLinks.has(option.link) && !isUsable(option))
        if (worse !== undefined) this.dropSpare(worse.link)
      }
      const neighbour = this.hood.get(link)
      if (neighbour !== undefined) {
        neighbour.heardAt = now
        neighbour.newest = progress.newest
      }
      this.feeds.addSpare(link)
      this.subscribe(link, NO_STRIPES, undefined)
    }
  }

  /** Nothing comes from anybody: others are asked for what would be next. A spare that gave nothing the last time is none. */
  private probe(progress: Progress, now: number): void {
    if (!this.silence.lasts(now)) return
    const before = this.silence.begin(now)
    for (const link of this.feeds.spareLinks) {
      const neighbour = this.hood.get(link)
      if (before === undefined || neighbour === undefined || neighbour.heardAt >= before) continue
      neighbour.stalls(allStripes(this.options.stripes), now + STALL_AVOID_MS)
      this.dropSpare(link)
    }
    if (progress.newest < 0) return
    const sequences = this.silence.probe(progress.newest)
    for (const { link, leaf, depth } of this.hood.ready()) {
      if (leaf || depth === UNFED_DEPTH || this.feeds.stripesOf(link) !== NO_STRIPES) continue
      if (this.silence.asks(link, now)) this.hood.send(link, { type: 'want', sequences })
    }
  }

  /** Moves a stripe to one parent more, or to a shorter way: what one loss takes away is to be little, and the rest tells of
   * it. */
  private spread(progress: Progress, now: number): void {
    if (!this.feeds.complete || this.stuck !== NO_STRIPES || progress.newest < 0) return
    const { stripes, parents, isRoot } = this.options
    if (isRoot && this.moveToOrigin(progress, now)) return
    if (now < this.spreadAt) return
    const depths = Array.from({ length: stripes }, (_, stripe) => this.feeds.pathOf(stripe)?.length ?? 0)
    const move = chooseMove(this.optionsNow(now, progress), depths, parents, this.random)
    if (move === undefined) {
      this.spreadAt = now + LOOK_AGAIN_MS
      return
    }
    this.spreadAt = now + SPREAD_MS * (1 + this.random.unit())
    this.move(new Map([[move.to, move.stripes]]), progress, now)
  }

  /** A root that was fed by others until the origin came to it. @returns whether anything was moved. */
  private moveToOrigin(progress: Progress, now: number): boolean {
    const all = allStripes(this.options.stripes)
    const origin = this.optionsNow(now, progress).find((option) => option.depth === 0 && isUsable(option))
    const stripes =
      origin === undefined ? NO_STRIPES : all & ~origin.feeding & ~origin.refused & ~origin.stalled
    if (origin === undefined || stripes === NO_STRIPES) return false
    this.move(new Map([[origin.link, stripes]]), progress, now)
    return true
  }

  private dropSpare(link: number): void {
    this.feeds.removeSpare(link)
    this.subscribe(link, NO_STRIPES, undefined)
  }

  /** Spares that could become parents now. */
  private get goodSpares(): number {
    let good = 0
    for (const link of this.feeds.spareLinks) {
      const neighbour = this.hood.get(link)
      if (neighbour !== undefined && !neighbour.leaf && isUsable(neighbour)) good++
    }
    return good
  }

  private isSpareMaterial(option: Option): boolean {
    return (
      isUsable(option) &&
      option.feeding === NO_STRIPES &&
      option.stalled === NO_STRIPES &&
      !this.feeds.spareLinks.has(option.link)
    )
  }

  /** The neighbours as the policy sees them. Without `progress` nobody is known to be silent. */
  private optionsNow(now: number, progress?: Progress): Option[] {
    const options: Option[] = []
    for (const neighbour of this.hood.ready()) {
      if (neighbour.leaf) continue
      options.push({
        link: neighbour.link,
        freeSlots: neighbour.freeSlots,
        depth: neighbour.depth,
        feeding: this.feeds.stripesOf(neighbour.link),
        refused: neighbour.refused(now),
        stalled: neighbour.stalled(now),
        heardAt: neighbour.heardAt,
        hasProved: neighbour.hasProved,
        silent: progress !== undefined && this.isUsed(neighbour.link) && isSilent(neighbour, progress, now)
      })
    }
    return options
  }
}

/** Whether even a spare would have sent a sample meanwhile: two of them have passed in the show, and none came. */
function isSilent(neighbour: Neighbour, progress: Progress, now: number): boolean {
  return progress.newest - neighbour.newest > 2 * (SAMPLE_ONE_IN + 1) && now - neighbour.heardAt >= STALL_MS
}

/** How long a refusal is believed. Slots come and go within seconds, being fed or a loop within the time that a
 * STATUS takes, which is the sooner of the two to tell. */
function avoidAfter(refusal: Refusal): number {
  return refusal === 'full' ? 2_000 : 1_000
}
