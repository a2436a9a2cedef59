/**
 * Who feeds me: for each stripe its parent, the path by which it comes, and what is being asked of whom. Also the
 * spares, which send samples. Decides nothing about *whom* to ask: `policy.ts` does, from what stands here.
 */

import { CUT_OFF_MS, DELAYING_MS, DEMOTE_AFTER_MS, MAX_LAG_MS, MAX_PATH } from '../limits.js'
import { equal } from '../wire/cursor.js'
import type { ShortId } from '../wire/record.js'
import { NO_STRIPES, oneStripe, type StripeSet, stripesIn } from './stripes.js'

interface Feed {
  /** The link that this stripe was asked of or comes by. */
  parent: number | undefined
  granted: boolean
  askedAt: number
  /** The highest sequence that this parent sent of this stripe. Backfill by others does not count: it must not hide
   * that the parent has fallen silent. */
  newest: number
  /** How far the show had gone on when that packet came; ms of show time. */
  behindMs: number
  /** Since when its packets have all come much later than those of the quickest; Infinity while they do not. */
  lateSince: number
  path: readonly ShortId[] | undefined
  /** Since when nobody feeds this stripe here. */
  orphanedAt: number
  /** When a stripe whose parent is cut off is to be asked of somebody else; undefined while the path leads to the origin. */
  cutOffUntil: number | undefined
}

/** Why a path cannot be followed. */
export type PathProblem = 'loop' | 'too-deep'

export class Feeds {
  private readonly feeds: Feed[]
  private readonly spares = new Set<number>()

  constructor(stripes: number) {
    this.feeds = Array.from({ length: stripes }, () => ({
      parent: undefined,
      granted: false,
      askedAt: 0,
      newest: -1,
      behindMs: 0,
      lateSince: Infinity,
      path: undefined,
      orphanedAt: Infinity,
      cutOffUntil: undefined
    }))
  }

  parentOf(stripe: number): number | undefined {
    return this.feeds[stripe]?.parent
  }

  /** Through whom a stripe comes, root first and parent last; undefined while nobody feeds it. Kept while a lost
   * parent is being replaced, so that those below it are not taken for others. */
  pathOf(stripe: number): readonly ShortId[] | undefined {
    return this.feeds[stripe]?.path
  }

  isGranted(stripe: number): boolean {
    return this.feeds[stripe]!.granted
  }

  /** Whether the stripe is granted by somebody through whom it comes from the origin, as far as is known. */
  isRooted(stripe: number): boolean {
    const feed = this.feeds[stripe]!
    return feed.granted && feed.cutOffUntil === undefined
  }

  /** Stripes whose parent has said that it is cut off, and those that are orphans for long enough to say so below. */
  cutOff(): StripeSet {
    return this.select(({ cutOffUntil }) => cutOffUntil !== undefined)
  }

  /** Stripes of parents that have been cut off for long enough. */
  givenUp(now: number): StripeSet {
    return this.select(({ parent, cutOffUntil = Infinity }) => parent !== undefined && now >= cutOffUntil)
  }

  /** When the next stripe is to be told of as cut off, or its parent to be given up. */
  get nextCutOff(): number {
    let next = Infinity
    for (const { parent, orphanedAt, cutOffUntil } of this.feeds) {
      if (cutOffUntil === undefined) next = Math.min(next, orphanedAt + CUT_OFF_MS)
      else if (parent !== undefined) next = Math.min(next, cutOffUntil)
    }
    return next
  }

  /** Notes what has been orphaned for long. @returns the stripes that this is news of. */
  cutOffOrphans(now: number): StripeSet {
    const orphans = this.select(
      ({ orphanedAt, cutOffUntil }) => cutOffUntil === undefined && now >= orphanedAt + CUT_OFF_MS
    )
    for (const stripe of stripesIn(orphans)) this.feeds[stripe]!.cutOffUntil = Infinity
    return orphans
  }

  /** Takes a parent's word that it is cut off. @returns the stripes that this is news of. */
  setCutOff(link: number, stripes: StripeSet, until: number): StripeSet {
    let changed = NO_STRIPES
    for (const stripe of stripesIn(stripes)) {
      const feed = this.feeds[stripe]
      if (feed?.parent !== link || feed.cutOffUntil !== undefined) continue
      feed.cutOffUntil = until
      changed |= oneStripe(stripe)
    }
    return changed
  }

  /** Stripes that were asked of or come by this link. */
  stripesOf(link: number): StripeSet {
    let set = NO_STRIPES
    for (let stripe = 0; stripe < this.feeds.length; stripe++) {
      if (this.feeds[stripe]!.parent === link) set |= oneStripe(stripe)
    }
    return set
  }

  /** Stripes that nobody was asked for. */
  orphans(): StripeSet {
    return this.select(({ parent }) => parent === undefined)
  }

  /** Whether every stripe is granted by somebody. */
  get complete(): boolean {
    return this.feeds.every((feed) => feed.granted)
  }

  /** Links that were asked for at least one stripe, whether they have answered or not. */
  asked(): Set<number> {
    const links = new Set<number>()
    for (const { parent } of this.feeds) if (parent !== undefined) links.add(parent)
    return links
  }

  /** Links that feed at least one stripe. */
  parents(): Set<number> {
    const links = new Set<number>()
    for (const feed of this.feeds) if (feed.parent !== undefined && feed.granted) links.add(feed.parent)
    return links
  }

  get spareLinks(): ReadonlySet<number> {
    return this.spares
  }

  addSpare(link: number): void {
    this.spares.add(link)
  }

  removeSpare(link: number): void {
    this.spares.delete(link)
  }

  /** When the stripe was asked of its present parent, or granted by it since. */
  askedAt(stripe: number): number {
    return this.feeds[stripe]!.askedAt
  }

  /** The highest sequence that the stripe's present parent sent, or what was here when it was asked. */
  newestFromParent(stripe: number): number {
    return this.feeds[stripe]!.newest
  }

  /** By how much its parent's packets of this stripe come later than others: what is to be expected of the next. */
  behindMs(stripe: number): number {
    return this.feeds[stripe]!.behindMs
  }

  /** Notes that a stripe is asked of a link, from the sequence after `newest` on. How late it will be is not known: at most
   * `lagMs`, it is hoped. */
  ask(stripe: number, link: number, newest: number, lagMs: number, now: number): void {
    const feed = this.feeds[stripe]!
    feed.parent = link
    feed.granted = false
    feed.askedAt = now
    feed.newest = newest
    feed.behindMs = lagMs
    feed.lateSince = Infinity
  }

  /** Notes that a link sent a packet. */
  heard(link: number, stripe: number, sequence: number, behindMs: number, now: number): void {
    const feed = this.feeds[stripe]
    if (feed?.parent !== link || sequence <= feed.newest) return
    feed.newest = sequence
    feed.behindMs = Math.min(behindMs, MAX_LAG_MS)
    const isLate = behindMs > DELAYING_MS && behindMs > this.leastMs + DELAYING_MS
    feed.lateSince = isLate ? Math.min(feed.lateSince, now) : Infinity
  }

  /** Stripes that have come much later than the quickest for too long. */
  delayed(now: number): StripeSet {
    return this.select(({ granted, lateSince }) => granted && now >= lateSince + DEMOTE_AFTER_MS)
  }

  /** How far behind the quickest stripe comes, ms: with 20 % of all relays slow, most stripes may have one above them. */
  private get leastMs(): number {
    return this.feeds.reduce(
      (least, feed) => (feed.granted ? Math.min(least, feed.behindMs) : least),
      Infinity
    )
  }

  /** Notes what a link grants. The past comes with it: from now on it is late. */
  grant(link: number, stripes: StripeSet, now: number): void {
    for (const stripe of stripesIn(stripes)) {
      const feed = this.feeds[stripe]
      if (feed?.parent !== link) continue
      if (!feed.granted) feed.askedAt = now
      feed.granted = true
      feed.orphanedAt = Infinity
    }
  }

  /** The stripes of this set are no longer asked of or fed by this link. */
  drop(link: number, stripes: StripeSet, now: number): void {
    for (const stripe of stripesIn(stripes)) {
      const feed = this.feeds[stripe]
      if (feed?.parent !== link) continue
      if (feed.granted) feed.orphanedAt = now
      if (feed.cutOffUntil !== undefined) feed.cutOffUntil = Infinity
      feed.parent = undefined
      feed.granted = false
    }
  }

  /**
   * Notes by which path a parent's stripes come.
   *
   * @returns the stripes whose path changed, and those whose path cannot be followed with the reason.
   */
  setPath(
    link: number,
    stripes: StripeSet,
    path: readonly ShortId[],
    self: ShortId
  ): { changed: StripeSet; problem: PathProblem | undefined } {
    const problem = pathProblem(path, self)
    let changed = NO_STRIPES
    for (const stripe of stripesIn(stripes)) {
      const feed = this.feeds[stripe]
      if (feed?.parent !== link || problem !== undefined) continue
      if (feed.cutOffUntil === undefined && samePath(feed.path, path)) continue
      feed.path = path
      feed.cutOffUntil = undefined
      changed |= oneStripe(stripe)
    }
    return { changed, problem }
  }

  /** The longest of the stripes' paths: how many links the audio passes to get here; 255 while nothing comes. */
  get depth(): number {
    let depth = 0
    for (const { granted, cutOffUntil, path } of this.feeds) {
      if (granted && cutOffUntil === undefined && path !== undefined) depth = Math.max(depth, path.length)
    }
    return depth === 0 ? UNFED_DEPTH : depth
  }

  private select(test: (feed: Feed) => boolean): StripeSet {
    let set = NO_STRIPES
    for (let stripe = 0; stripe < this.feeds.length; stripe++) {
      if (test(this.feeds[stripe]!)) set |= oneStripe(stripe)
    }
    return set
  }
}

/** The depth of a peer that no stripe reaches. */
export const UNFED_DEPTH = 255

/** Whether a path ends in a loop or is too long to be taken. */
export function pathProblem(path: readonly ShortId[], self: ShortId): PathProblem | undefined {
  if (path.some((id) => equal(id, self))) return 'loop'
  return path.length >= MAX_PATH ? 'too-deep' : undefined
}

export function samePath(a: readonly ShortId[] | undefined, b: readonly ShortId[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((id, i) => equal(id, b[i]!))
}
