/**
 * Whom trackers introduce to whom, as `protocol/tracker/membership.ts` decides it: those who are fed and have room, of a few drawn for
 * each place the one nearest to the origin; a contributor for whom nobody has room is named some that are full. All trackers
 * know all members.
 */

import { CANDIDATES_PER_ANSWER } from '../../protocol/limits.js'
import { DRAWN_EACH, FULL_NAMED } from '../../protocol/tracker/membership.js'
import type { Random } from '../../protocol/random.js'
import { reaching } from '../growable.js'
import { type Columns, NOBODY, UNFED } from './columns.js'

/** A set of peers that one draws from; who is in it has its place in `columns.place`. */
class Pool {
  size = 0
  items = new Int32Array(64)
}

const POOLS = { fedWithRoom: 0, unfedWithRoom: 1, full: 2 } as const

/** The pool is kept in the two lowest bits of a place. */
const POOL_BITS = 2
const POOL_MASK = (1 << POOL_BITS) - 1

export class Meeting {
  private readonly columns: Columns
  private readonly random: Random
  private readonly freeSlots: (peer: number) => number
  private readonly pools = [new Pool(), new Pool(), new Pool()]
  /** Those who were named nobody who could feed them, in the order of their coming. */
  private waiting: number[] = []
  private waited = 0

  constructor(columns: Columns, random: Random, freeSlots: (peer: number) => number) {
    this.columns = columns
    this.random = random
    this.freeSlots = freeSlots
  }

  /** Whether a tracker that is told how a peer is would do anything. */
  isNews(peer: number): boolean {
    const pool = this.poolOf(peer)
    const at = this.columns.place[peer]!
    const isWaitedFor = pool === POOLS.fedWithRoom && this.waited < this.waiting.length
    return isWaitedFor || (at === NOBODY ? NOBODY : at & POOL_MASK) !== pool
  }

  /** A peer tells how it is: it is sorted anew. */
  told(peer: number): void {
    const pool = this.poolOf(peer)
    const at = this.columns.place[peer]!
    if (at !== NOBODY && (at & POOL_MASK) === pool) return
    this.forget(peer)
    if (pool !== NOBODY) this.put(peer, pool)
  }

  /** Where those are who can be named. */
  private poolOf(peer: number): number {
    const { columns } = this
    const isFed = columns.depthOf(peer) !== UNFED
    if (this.freeSlots(peer) > 0) return isFed ? POOLS.fedWithRoom : POOLS.unfedWithRoom
    return isFed && columns.slots[peer]! > 0 ? POOLS.full : NOBODY
  }

  forget(peer: number): void {
    const { place } = this.columns
    const at = place[peer]!
    if (at === NOBODY) return
    const pool = this.pools[at & POOL_MASK]!
    const last = pool.items[--pool.size]!
    pool.items[at >>> POOL_BITS] = last
    place[last] = at
    place[peer] = NOBODY
  }

  /** Up to {@link CANDIDATES_PER_ANSWER} peers for one that asks. */
  candidatesFor(peer: number): number[] {
    const count = CANDIDATES_PER_ANSWER
    const { columns } = this
    const chosen = this.nearest(POOLS.fedWithRoom, count, peer)
    const isHungry = columns.depthOf(peer) === UNFED
    if (chosen.length === 0 && isHungry && columns.slots[peer]! > 0)
      chosen.push(...this.nearest(POOLS.full, FULL_NAMED, peer))
    if (chosen.length < count) chosen.push(...this.nearest(POOLS.unfedWithRoom, count - chosen.length, peer))
    return chosen
  }

  waits(peer: number): void {
    this.waiting.push(peer)
  }

  /** Somebody is fed and has room: those who have waited longest, as many as there is room for. */
  takeWaiting(room: number): number[] {
    if (this.waited === this.waiting.length) return []
    const served = this.waiting.slice(this.waited, this.waited + room)
    this.waited += served.length
    if (this.waited > 4096 && this.waited * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.waited)
      this.waited = 0
    }
    return served
  }

  private nearest(from: number, lacking: number, except: number): number[] {
    const pool = this.pools[from]!
    const most = Math.min(pool.size, lacking * DRAWN_EACH)
    if (most === 0) return []
    const drawn: number[] = []
    if (pool.size === most) {
      const members = this.random.sample([...pool.items.subarray(0, pool.size)], Infinity)
      drawn.push(...members.filter((peer) => peer !== except))
    } else {
      while (drawn.length < most) {
        const peer = pool.items[this.random.below(pool.size)]!
        if (!drawn.includes(peer)) drawn.push(peer)
      }
      const own = drawn.indexOf(except)
      if (own >= 0) drawn.splice(own, 1)
    }
    const byLot = drawn.splice(0, Math.ceil(lacking / 2))
    drawn.sort((a, b) => this.columns.depthOf(a) - this.columns.depthOf(b))
    return [...byLot, ...drawn.slice(0, lacking - byLot.length)]
  }

  private put(peer: number, into: number): void {
    const pool = this.pools[into]!
    pool.items = reaching(pool.items, pool.size)
    pool.items[pool.size] = peer
    this.columns.place[peer] = (pool.size << POOL_BITS) | into
    pool.size++
  }
}
