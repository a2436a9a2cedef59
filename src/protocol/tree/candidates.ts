/**
 * The peers that a peer has heard of, and which of them it would dial next. A candidate that failed is avoided for
 * a while, one that sent a bad signature is banned for long. Records that were told by strangers cost nothing
 * until they are dialled, and there are never more than {@link MAX_CANDIDATES}.
 */

import { AVOID_MS, BAN_MS, MAX_AVOID_MS, MAX_BAN_MS, MAX_CANDIDATES } from '../limits.js'
import type { Random } from '../random.js'
import { idKey, type PeerId, type PeerRecord } from '../wire/record.js'
import { waysTo } from '../wire/ways.js'

interface Candidate {
  record: PeerRecord
  failures: number
  avoidUntil: number
}

interface Ban {
  until: number
  times: number
}

export class Candidates {
  private readonly self: string
  private readonly known = new Map<string, Candidate>()
  private readonly bans = new Map<string, Ban>()

  constructor(self: PeerId) {
    this.self = idKey(self)
  }

  get size(): number {
    return this.known.size
  }

  get bansSize(): number {
    return this.bans.size
  }

  /** Remembers peers that can be dialled. A newer record replaces the older one; what failed stays avoided. */
  add(records: readonly PeerRecord[]): void {
    for (const record of records) {
      const key = idKey(record.id)
      if (key === this.self || record.addresses.length === 0) continue
      const candidate = this.known.get(key)
      if (candidate !== undefined) {
        candidate.record = record
        continue
      }
      this.known.set(key, { record, failures: 0, avoidUntil: 0 })
      if (this.known.size > MAX_CANDIDATES) this.forgetOne(key)
    }
  }

  /** Up to `count` candidates to dial now by any of these ways, in random order, none of them in `except`. */
  pick(count: number, except: ReadonlySet<string>, ways: number, now: number, random: Random): PeerRecord[] {
    const ready: PeerRecord[] = []
    for (const [key, candidate] of this.known) {
      const { record, avoidUntil } = candidate
      if (avoidUntil > now || except.has(key) || this.isBanned(record.id, now)) continue
      if ((waysTo(record.addresses) & ways) !== 0) ready.push(record)
    }
    return random.sample(ready, count)
  }

  /** When the first avoided candidate may be tried again; Infinity if none is avoided. */
  nextReady(now: number): number {
    let next = Infinity
    for (const { avoidUntil } of this.known.values()) if (avoidUntil > now) next = Math.min(next, avoidUntil)
    return next
  }

  /** A dial failed, or the peer had nothing for us: leave it alone for a while, longer each time. */
  avoid(id: PeerId, now: number): void {
    const candidate = this.known.get(idKey(id))
    if (candidate === undefined) return
    candidate.avoidUntil = now + Math.min(AVOID_MS * 2 ** candidate.failures, MAX_AVOID_MS)
    candidate.failures++
  }

  /** It worked: whatever failed before is forgiven. */
  succeeded(id: PeerId): void {
    const candidate = this.known.get(idKey(id))
    if (candidate !== undefined) candidate.failures = 0
  }

  /** The peer sent what no honest peer sends. */
  ban(id: PeerId, now: number): void {
    const key = idKey(id)
    const times = this.bans.get(key)?.times ?? 0
    this.bans.set(key, { until: now + Math.min(BAN_MS * 2 ** times, MAX_BAN_MS), times: times + 1 })
    this.known.delete(key)
    if (this.bans.size > MAX_CANDIDATES * 4) this.bans.delete(this.bans.keys().next().value!)
  }

  isBanned(id: PeerId, now: number): boolean {
    const ban = this.bans.get(idKey(id))
    return ban !== undefined && ban.until > now
  }

  /** Makes room: the candidate that failed most goes, the oldest among equals, never the newcomer. */
  private forgetOne(newcomer: string): void {
    let worst: string | undefined
    let failures = -1
    for (const [key, candidate] of this.known) {
      if (key !== newcomer && candidate.failures > failures) {
        worst = key
        failures = candidate.failures
      }
    }
    if (worst !== undefined) this.known.delete(worst)
  }
}
