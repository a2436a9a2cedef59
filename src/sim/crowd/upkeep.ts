/**
 * What happens to those who are in: stripes move to more parents and to shorter ways, spares are kept, a parent that is lost is
 * replaced, and what is cut off says so below. The choices are those of `tree/policy.ts`, the times those of `limits.ts`.
 */

import {
  CUT_OFF_MS,
  CUT_OFF_PATIENCE_MS,
  DEFAULT_PARENTS,
  DEMOTE_AFTER_MS,
  FAST_START_MS,
  IDLE_LINK_MS,
  MAX_ASK_TRACKER_MS,
  SILENT_LINK_MS,
  SPREAD_AGAIN_MS,
  SPREAD_MS,
  STALL_MS
} from '../../protocol/limits.js'
import { chooseMove, chooseSpares, dealStripes, isUsable } from '../../protocol/tree/policy.js'
import { oneStripe } from '../../protocol/tree/stripes.js'
import { LEAD_MS } from '../world.js'
import { NOBODY, SPARES, STATE, UNFED } from './columns.js'
import type { Entry } from './entry.js'
import { type CrowdWorld, KIND, ORIGIN } from './world.js'

/** A stripe that is lost: who fed it, and when the first packet was due that did not come. */
export interface Loss {
  readonly of: number
  readonly since: number
  /** Who has taken its place. */
  readonly first?: number
}

/** Whoever vanishes is noticed by its network after so long. */
const SILENCE_MS = 30_000

/** Looks at one's links that came to nothing: after so many nobody looks until something changes. */
const FRUITLESS = 4

export class Upkeep {
  private readonly world: CrowdWorld
  private readonly entry: () => Entry
  private readonly gone: (peer: number) => void

  constructor(world: CrowdWorld, entry: () => Entry, gone: (peer: number) => void) {
    this.world = world
    this.entry = entry
    this.gone = gone
  }

  /** A stripe comes: whoever has all of them begins to hear, or hears on. @param at when its first packet is there */
  fed(peer: number, stripe: number, at: number): void {
    const { world } = this
    const { columns } = world
    if (columns.is(peer, STATE.hears)) {
      const key = peer * world.stripes + stripe
      const since = world.orphanSince.get(key)
      if (since !== undefined) {
        world.orphanSince.delete(key)
        this.heardAgain(peer, stripe, since, at)
      }
    } else {
      columns.soundAt[peer] = Math.max(columns.soundAt[peer]!, Math.round(at))
      const { parent, stripes } = columns
      for (let s = 0; s < stripes; s++) if (parent[peer * stripes + s] === NOBODY) return
      columns.state[peer]! |= STATE.hears
      world.account.begins(peer, this.raggedMs(peer))
    }
    if (peer !== ORIGIN) this.doubt(peer, stripe)
  }

  /**
   * What is missing of a whole past when a newcomer begins, ms: it hears so much later. Parents stand on ways of different lengths,
   * and give the past up to what they have; a burst of losses makes a hole, and only what is behind it is heard.
   */
  private raggedMs(peer: number): number {
    const { world } = this
    const { parent, depth, stripes } = world.columns
    const past = Math.min(FAST_START_MS, world.now - LEAD_MS)
    if (past <= 0) return 0
    const perStripe = past / world.scenario.show.packetMs / stripes
    let least = UNFED
    let most = 0
    let whole = 1
    for (let s = 0; s < stripes; s++) {
      const at = peer * stripes + s
      least = Math.min(least, depth[at]!)
      if (depth[at] !== UNFED) most = Math.max(most, depth[at]!)
      const bursts = (world.lossBetween(peer, parent[at]!) / world.scenario.network.loss.burst) * perStripe
      whole *= Math.max(0, 1 - bursts)
    }
    const ragged = (Math.max(0, most - least) + 1) * world.account.linkMs
    const hole = world.random.unit() < whole ? 0 : world.random.unit() * past
    return Math.max(hole, ragged)
  }

  /** All who lacked a stripe have it again: what came too late is counted. */
  private heardAgain(peer: number, stripe: number, since: number, at: number): void {
    const { world } = this
    const askedAgainMs = world.scenario.show.packetMs + STALL_MS + 2 * world.account.linkMs
    const isBackfilled = this.isBackfilled(peer, stripe)
    world.account.recovered(isBackfilled ? Math.min(askedAgainMs, at - since) : at - since)
    const packets = this.tooLate(since, at)
    if (packets === 0) return
    world.forest.below(peer, stripe, (below) => {
      if (world.columns.is(below, STATE.hears) && !this.isBackfilled(below, stripe))
        world.account.late(below, packets)
    })
  }

  /** Packets of a stripe that come too late where they come at this time only. */
  private tooLate(since: number, at: number): number {
    const { account, scenario } = this.world
    const lateMs = at - since + account.usualMs - scenario.listeners.bufferMs
    const { packetMs, stripes } = scenario.show
    return lateMs <= 0 ? 0 : Math.max(1, lateMs / (packetMs * stripes))
  }

  /** What a peer still lacks when its account is closed was not heard. */
  closeAccount(peer: number): void {
    const { world } = this
    for (let stripe = 0; stripe < world.stripes; stripe++) {
      const since = world.orphanSince.get(peer * world.stripes + stripe)
      if (since === undefined) continue
      world.orphanSince.delete(peer * world.stripes + stripe)
      const packets = this.tooLate(since, world.now)
      if (packets > 0 && !this.isBackfilled(peer, stripe)) world.account.late(peer, packets)
    }
  }

  /** Whether a stripe's packets can be asked of another neighbour than the one who should send them: somebody to whom they come by
   * another way. It takes a few hundred ms, and the buffer is longer (`tree/backfill.ts`). */
  private isBackfilled(peer: number, stripe: number): boolean {
    const { world } = this
    const { columns, stripes } = world
    const { parent, depth, state } = columns
    const well = STATE.here | STATE.hears
    const ill = STATE.frozen | STATE.blackHole
    const parentNow = parent[peer * stripes + stripe]!
    const isOne = (other: number): boolean =>
      other !== NOBODY &&
      other !== parentNow &&
      (state[other]! & (well | ill)) === well &&
      depth[other * stripes + stripe] !== UNFED &&
      parent[other * stripes + stripe] !== peer &&
      (other === ORIGIN || parent[other * stripes + stripe] !== NOBODY)
    for (let s = 0; s < stripes; s++) if (isOne(parent[peer * stripes + s]!)) return true
    return this.world.sparesOf(peer).some(isOne)
  }

  /** Whoever is fed by somebody that passes nothing on will notice. */
  private doubt(peer: number, stripe: number): void {
    const { world } = this
    const parent = world.columns.parent[peer * world.stripes + stripe]!
    if (!world.columns.is(parent, STATE.blackHole)) return
    this.noticeStall(peer, stripe, parent, world.now)
  }

  /** A child notices that nothing comes: as long after the first packet that is due as the others go on by what `STALL_MS` says. */
  noticeStall(child: number, stripe: number, parent: number, now: number): void {
    const { world } = this
    const { packetMs } = world.scenario.show
    const due = world.random.unit() * packetMs * world.stripes
    const at = now + due + packetMs + STALL_MS + this.behindMs(child, stripe)
    world.plan(at, KIND.lost, child, stripe, { of: parent, since: now + due } satisfies Loss)
  }

  /** How much later than its quickest stripe a stripe comes. */
  private behindMs(peer: number, stripe: number): number {
    const { depth, stripes } = this.world.columns
    let least = UNFED
    for (let s = 0; s < stripes; s++) least = Math.min(least, depth[peer * stripes + s]!)
    const deeper = depth[peer * stripes + stripe]! - least
    return Math.min(1000, Math.max(0, deeper) * this.world.account.linkMs)
  }

  /** A parent is lost, or has given its slot to somebody else. */
  lost(peer: number, stripe: number, { of, since, first }: Loss): void {
    const { world } = this
    const { columns, forest } = world
    const key = peer * world.stripes + stripe
    const isItsParent = columns.parent[key] === of
    if (!columns.isHere(peer) || columns.is(peer, STATE.frozen)) return
    if (isItsParent) {
      forest.detach(peer, stripe)
      if (columns.isHere(of)) world.tells(of)
    } else if (columns.parent[key] !== NOBODY) return
    if (columns.is(peer, STATE.hears) && !world.orphanSince.has(key)) world.orphanSince.set(key, since)
    world.plan(Math.max(world.now, since + CUT_OFF_MS), KIND.cutOff, peer, stripe)
    const orphans = world.orphans(peer)
    const options = world.options(peer, []).filter(({ link, silent }) => link !== of && !silent)
    const dealt = dealStripes(orphans, options, world.random)
    let left = orphans
    for (const [link, stripes] of dealt) {
      left &= ~stripes
      this.entry().ask(peer, link, stripes, [])
    }
    if (left !== 0) {
      if (first !== undefined) this.entry().dial(peer, [first])
      this.entry().askTracker(peer, 1)
      this.entry().seekLater(peer, 1)
    }
    this.attendSoon(peer)
  }

  /** A stripe that nobody has fed for a second: those below are told, and look elsewhere if it is not mended. */
  cutOff(peer: number, stripe: number): void {
    const { world } = this
    const { columns, forest } = world
    const key = peer * world.stripes + stripe
    if (!columns.isHere(peer) || columns.parent[key] !== NOBODY || columns.depth[key] === UNFED) return
    forest.setDepth(peer, stripe, UNFED)
    const since = world.orphanSince.get(key) ?? world.now
    for (const child of forest.childrenOf(peer, stripe)) {
      const patience = CUT_OFF_PATIENCE_MS * (1 + world.random.unit())
      world.plan(world.now + patience, KIND.abandon, child, stripe, { of: peer, since } satisfies Loss)
    }
  }

  /** A parent is still cut off: it is left, if the stripe is not fed by now. */
  abandon(peer: number, stripe: number, loss: Loss): void {
    const key = peer * this.world.stripes + stripe
    const { parent, depth } = this.world.columns
    if (parent[key] === loss.of && depth[key] === UNFED) this.lost(peer, stripe, loss)
  }

  /** A parent holds everything back: it is left if there is anybody else. */
  demote(peer: number, stripe: number, parent: number): void {
    const { world } = this
    if (world.columns.parent[peer * world.stripes + stripe] !== parent || world.slowness(parent) === 0) return
    const options = world
      .options(peer, [])
      .filter(({ link }) => link !== parent && world.slowness(link) === 0)
    const dealt = dealStripes(oneStripe(stripe), options, world.random)
    for (const [link, stripes] of dealt) this.entry().ask(peer, link, stripes, [])
    if (dealt.size > 0) return
    this.attendSoon(peer)
    world.plan(world.now + DEMOTE_AFTER_MS, KIND.demote, peer, stripe, parent)
  }

  /** Has a peer's links looked at once, and no more. */
  attendOnce(peer: number): void {
    this.attendSoon(peer, FRUITLESS)
  }

  /** Has a peer's links looked at. */
  attendSoon(peer: number, fruitless = 0): void {
    const { world } = this
    const { state } = world.columns
    if ((state[peer]! & (STATE.tended | STATE.here)) !== STATE.here) return
    state[peer]! |= STATE.tended
    world.plan(world.now + SPREAD_MS * (1 + world.random.unit()), KIND.attend, peer, fruitless, [])
  }

  /** Moves a stripe to one parent more or a shorter way, and fills up the spares. @param fruitless looks before this one */
  attend(peer: number, fruitless: number, links: readonly number[]): void {
    const { world } = this
    const { columns, random } = world
    columns.state[peer]! &= ~STATE.tended
    if (!columns.isHere(peer) || columns.is(peer, STATE.frozen)) return
    if (world.orphans(peer) !== 0 || columns.asked[peer] !== 0) {
      this.attendSoon(peer)
      return
    }
    if (columns.is(peer, STATE.refused)) {
      columns.state[peer]! &= ~STATE.refused
      this.attendAgain(peer, fruitless, SPREAD_AGAIN_MS, [])
      return
    }
    const move = this.improve(peer, links)
    const good = world.sparesOf(peer).filter((each) => world.forest.freeSlots(each) > 0).length
    const isLacking = good < SPARES
    const age = world.now - columns.cameAt[peer]!
    if (move) {
      this.attendAgain(peer, 0, SPREAD_MS * (1 + random.unit()), links)
      return
    }
    if (isLacking && links.length === 0) this.entry().seekMore(peer)
    if (fruitless >= (isLacking ? FRUITLESS : 1)) return
    const pause = isLacking ? Math.min(SPREAD_MS * 2 ** fruitless, MAX_ASK_TRACKER_MS) : SPREAD_AGAIN_MS
    // A link that neither end needs is closed.
    this.attendAgain(peer, fruitless + 1, pause, age > IDLE_LINK_MS || fruitless > 1 ? [] : links)
  }

  /** Makes spares of links that are good for it, and moves a stripe where that makes the ways up better. @returns whether it did */
  improve(peer: number, links: readonly number[]): boolean {
    const { world } = this
    const { columns, random, stripes } = world
    this.dropSpares(peer)
    if (!this.canImprove(peer, links)) return false
    const options = world.options(peer, links)
    const isTop = world.isRoot(peer) && world.parentsOf(peer)[0] === ORIGIN
    const depths = Array.from({ length: stripes }, (_, s) => columns.depth[peer * stripes + s]!)
    const move = isTop ? undefined : chooseMove(options, depths, DEFAULT_PARENTS, random)
    if (move !== undefined) {
      this.entry().ask(peer, move.to, move.stripes, links)
      this.spare(peer, move.to, NOBODY)
    }
    const unused = options.filter(
      (option) =>
        isUsable(option) &&
        option.feeding === 0 &&
        option.link !== move?.to &&
        !option.silent &&
        !this.isSpare(peer, option.link)
    )
    const good = world.sparesOf(peer).filter((each) => world.forest.freeSlots(each) > 0).length
    for (const link of chooseSpares(unused, SPARES - good, random)) this.addSpare(peer, link)
    return move !== undefined
  }

  /** Whether anything could come of looking: most peers stand as well as they can, and there are millions of them. */
  private canImprove(peer: number, links: readonly number[]): boolean {
    const { world } = this
    const { spare, depth, parent, stripes } = world.columns
    let good = 0
    let least = UNFED
    for (let i = peer * SPARES; i < (peer + 1) * SPARES; i++) {
      const each = spare[i]!
      if (each === NOBODY) continue
      if (world.forest.freeSlots(each) > 0) good++
      least = Math.min(least, world.columns.depthOf(each))
    }
    if (good < SPARES) return good > 0 || links.length > 0
    for (const each of links) least = Math.min(least, world.columns.depthOf(each))
    let most = 0
    let parents = 0
    for (let s = 0; s < stripes; s++) {
      const at = peer * stripes + s
      most = Math.max(most, depth[at]!)
      let isNew = true
      for (let other = peer * stripes; other < at; other++) if (parent[other] === parent[at]) isNew = false
      if (isNew) parents++
    }
    // As `chooseMove` judges: one parent more that stands no deeper, or a way that is shorter by two links.
    return parents < DEFAULT_PARENTS || least <= most - 3
  }

  /** More links are there than it needs to be fed. */
  linked(peer: number, links: readonly number[]): void {
    if (this.world.columns.is(peer, STATE.hears)) this.improve(peer, links)
  }

  private attendAgain(peer: number, fruitless: number, pause: number, links: readonly number[]): void {
    this.world.columns.state[peer]! |= STATE.tended
    this.world.plan(this.world.now + pause, KIND.attend, peer, fruitless, links)
  }

  isSpare(peer: number, link: number): boolean {
    return this.world.sparesOf(peer).includes(link)
  }

  private addSpare(peer: number, link: number): void {
    const { forest } = this.world
    const spares = this.world.sparesOf(peer)
    if (spares.length < SPARES) this.spare(peer, NOBODY, link)
    else {
      const worse = spares.find((each) => forest.freeSlots(each) <= 0)
      if (worse !== undefined) this.spare(peer, worse, link)
    }
  }

  /** Puts a spare in the place of another, or of none. */
  private spare(peer: number, before: number, after: number): void {
    const { spare, spareOf } = this.world.columns
    const end = (peer + 1) * SPARES
    let at = end - SPARES
    while (at < end && spare[at] !== before) at++
    if (at === end) return
    spare[at] = after
    if (before !== NOBODY) spareOf[before]!--
    if (after !== NOBODY) spareOf[after] = Math.min(255, spareOf[after]! + 1)
  }

  /** Spares that are gone, silent, or have become parents. */
  private dropSpares(peer: number): void {
    const { world } = this
    const { columns } = world
    for (const each of world.sparesOf(peer)) {
      const isOff = (columns.state[each]! & (STATE.here | STATE.frozen | STATE.blackHole)) !== STATE.here
      if (isOff || world.feeding(peer, each) !== 0) this.spare(peer, each, NOBODY)
    }
  }

  /** A peer goes. @param isSilent nobody is told @param mayReturn nobody comes instead of it */
  leave(peer: number, isSilent: boolean, mayReturn = false): void {
    const { world } = this
    const { columns, forest, meeting } = world
    if (!columns.isHere(peer)) return
    this.closeAccount(peer)
    world.account.left(peer, world.now)
    if (!mayReturn) this.gone(peer)
    columns.state[peer]! &= ~(STATE.here | STATE.frozen | STATE.blackHole)
    if (isSilent) world.plan(world.now + SILENCE_MS, KIND.forget, peer, 0)
    else meeting.forget(peer)
    for (let stripe = 0; stripe < world.stripes; stripe++) {
      for (const child of forest.childrenOf(peer, stripe)) {
        if (isSilent) this.noticeStall(child, stripe, peer, world.now)
        else
          world.plan(world.now + world.oneWayMs(peer, child), KIND.lost, child, stripe, {
            of: peer,
            since: world.now + world.random.unit() * world.scenario.show.packetMs * world.stripes
          } satisfies Loss)
      }
    }
    if (isSilent) world.plan(world.now + SILENT_LINK_MS, KIND.release, peer, 0)
    else this.release(peer)
  }

  /** Who fed somebody that is gone has its slots again. */
  release(peer: number): void {
    const { world } = this
    for (let stripe = 0; stripe < world.stripes; stripe++) {
      const parent = world.forest.detach(peer, stripe)
      if (parent !== NOBODY) world.tells(parent)
    }
    for (const each of world.sparesOf(peer)) this.spare(peer, each, NOBODY)
  }

  /** A leaf's slot was given to a contributor. */
  sentDown(leaf: number, stripe: number, parent: number, contributor: number): void {
    const { world } = this
    const { packetMs } = world.scenario.show
    const at = world.now + world.oneWayMs(parent, leaf)
    const since = world.now + world.random.unit() * packetMs * world.stripes
    world.plan(at, KIND.lost, leaf, stripe, { of: parent, since, first: contributor } satisfies Loss)
  }
}
