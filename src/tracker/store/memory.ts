/** A store for several trackers in one process. A tracker that is alone needs none. */

import type { Elsewhere, SharedMember } from '../../protocol/tracker/membership.js'
import { TokenBucket } from '../../protocol/tree/token-bucket.js'
import { isFed } from '../../protocol/tracker/membership.js'
import { idKey, type PeerId } from '../../protocol/wire/record.js'
import { now } from '../../runtime/clock.js'
import type { MemberChange, Store, StoreSession, StoreStats, StoreUser } from './store.js'
import { SAMPLE_MS, SAMPLED } from './pace.js'

/** Who has an id, the first first. */
type Claims = Map<MemorySession, SharedMember>

export class MemoryStore implements Store {
  /** By broadcast and id. */
  readonly broadcasts = new Map<string, Map<string, Claims>>()
  readonly sessions = new Set<MemorySession>()
  readonly buckets = new Map<string, TokenBucket>()

  attach(user: StoreUser): StoreSession {
    const session = new MemorySession(this, user)
    this.sessions.add(session)
    return session
  }
}

class MemorySession implements StoreSession {
  readonly state = 'here'
  readonly stats: StoreStats = { calls: 0, callSeconds: 0, failures: 0 }
  private readonly store: MemoryStore
  private readonly user: StoreUser
  private readonly timer: ReturnType<typeof setInterval>

  constructor(store: MemoryStore, user: StoreUser) {
    this.store = store
    this.user = user
    this.timer = setInterval(() => this.sample(), SAMPLE_MS)
    this.timer.unref()
    queueMicrotask(() => user.onState('here', ''))
  }

  tell({ broadcast, id, member }: MemberChange): void {
    const key = idKey(id)
    let claimsOf = this.store.broadcasts.get(broadcast)
    if (claimsOf === undefined) this.store.broadcasts.set(broadcast, (claimsOf = new Map<string, Claims>()))
    const claims = claimsOf.get(key) ?? (new Map() as Claims)
    if (member === undefined) claims.delete(this)
    else claims.set(this, member)
    if (claims.size > 0) claimsOf.set(key, claims)
    else claimsOf.delete(key)
    if (claimsOf.size === 0) this.store.broadcasts.delete(broadcast)
  }

  carry(broadcast: string, to: PeerId, bytes: Uint8Array): Promise<number> {
    const claims = [...(this.store.broadcasts.get(broadcast)?.get(idKey(to))?.keys() ?? [])]
    const addressees = [...new Set([claims.at(0), claims.at(-1)])].filter(
      (session) => session !== undefined && session !== this
    )
    for (const session of addressees) session?.user.onSignal(broadcast, bytes)
    return Promise.resolve(addressees.length)
  }

  admit(address: string, perSecond: number, burst: number): Promise<boolean> {
    let bucket = this.store.buckets.get(address)
    if (bucket === undefined) {
      bucket = new TokenBucket(perSecond, burst, now())
      this.store.buckets.set(address, bucket)
      setTimeout(() => this.store.buckets.delete(address), (burst / perSecond) * 1000).unref()
    }
    return Promise.resolve(bucket.take(1, now()))
  }

  ban(address: string, forMs: number): void {
    for (const session of this.store.sessions) if (session !== this) session.user.onBan(address, forMs)
  }

  close(): Promise<void> {
    clearInterval(this.timer)
    for (const change of this.user.members()) this.tell({ ...change, member: undefined })
    this.store.sessions.delete(this)
    return Promise.resolve()
  }

  private sample(): void {
    for (const broadcast of this.user.broadcasts())
      this.user.onElsewhere(broadcast, this.elsewhere(broadcast))
  }

  private elsewhere(broadcast: string): Elsewhere {
    const members: SharedMember[] = []
    let listeners = 0
    let live = false
    const claimsOf = this.store.broadcasts.get(broadcast) ?? new Map<string, Claims>()
    for (const claims of claimsOf.values()) {
      const all = [...claims]
      if (all.some(([, { role }]) => role === 'listener')) listeners++
      live ||= all.some(([, member]) => isFed(member))
      const last = all.at(-1)
      if (last !== undefined && last[0] !== this && last[1].freeSlots > 0) members.push(last[1])
    }
    // By lot: as many as fit, each as likely as any.
    for (let place = members.length - 1; place > 0; place--) {
      const other = Math.floor(Math.random() * (place + 1))
      ;[members[place], members[other]] = [members[other]!, members[place]!]
    }
    return { peers: claimsOf.size, listeners, live, members: members.slice(0, SAMPLED) }
  }
}
