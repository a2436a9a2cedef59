/**
 * The peers that a peer has heard of, and which of them it would dial next. A candidate that failed is avoided for
 * a while, one that sent a bad signature is banned for long. Records that were told by strangers cost nothing
 * until they are dialled, and there are never more than {@link MAX_CANDIDATES}.
 */

import { AVOID_MS, BAN_MS, MAX_AVOID_MS, MAX_BAN_MS, MAX_CANDIDATES, MAX_FROM_ONE_SOURCE } from '../limits.js'
import type { Random } from '../random.js'
import { idKey, type PeerId, type PeerRecord } from '../wire/record.js'
import type { SignedRecord } from '../wire/signed-record.js'
import { waysTo } from '../wire/ways.js'

interface Candidate {
  record: PeerRecord
  /** The same in its owner's own words. */
  signed: SignedRecord | undefined
  /** The id of the neighbour that told us first; undefined for trackers and tickets. */
  readonly source: string | undefined
  /** Somebody has named it as one who may have room, or it is one to whom we were sent. */
  mayHaveRoom: boolean
  failures: number
  avoidUntil: number
}

interface Ban {
  until: number
  times: number
}

export class Candidates {
  private readonly self: string
  /** Whoever else is told of is not remembered; undefined for everybody. */
  private readonly only: ReadonlySet<string> | undefined
  private readonly known = new Map<string, Candidate>()
  private readonly bans = new Map<string, Ban>()
  /** Until when those are asked last who have let stripes stall, though their links have ended. */
  private readonly shunned = new Map<string, number>()

  /** @param only the only peers to be known, whoever names others: they are never forgotten */
  constructor(self: PeerId, only?: readonly PeerRecord[]) {
    this.self = idKey(self)
    if (only === undefined) return
    this.only = new Set(only.map(({ id }) => idKey(id)))
    this.add(only)
  }

  get size(): number {
    return this.known.size
  }

  get bansSize(): number {
    return this.bans.size
  }

  /** Remembers peers that can be dialled and may have room. A newer record replaces the older one, but not what its owner has
   * signed; what failed stays avoided. @param source the neighbour that names them */
  add(records: readonly PeerRecord[], source?: PeerId): void {
    for (const record of records) this.put(record, undefined, true, source)
  }

  /** Remembers a peer by what it has signed: that it is there, not that it has room. */
  addSigned(record: SignedRecord, source?: PeerId): void {
    this.put(record, record, source === undefined, source)
  }

  /** Whether this record would tell us anything. */
  isNews({ id, issued }: SignedRecord, now: number): boolean {
    const key = idKey(id)
    if (key === this.self || this.only !== undefined || this.isBanned(id, now)) return false
    return issued > (this.known.get(key)?.signed?.issued ?? -1)
  }

  /** What a peer has signed of itself, if we have it. */
  signedOf(id: PeerId): SignedRecord | undefined {
    return this.known.get(idKey(id))?.signed
  }

  /** All that we have in the owners' own words; who failed is left out. */
  signed(): SignedRecord[] {
    const records: SignedRecord[] = []
    for (const { signed, failures } of this.known.values())
      if (signed !== undefined && failures === 0) records.push(signed)
    return records
  }

  /**
   * Up to `count` candidates to dial now by any of these ways, in random order, none of them in `except`. Those who may have
   * room; with `anybody` also who is only known to be there, of whom those come first who said so last, and in the end who is shunned.
   */
  pick(
    count: number,
    except: ReadonlySet<string>,
    ways: number,
    now: number,
    random: Random,
    anybody = false
  ): PeerRecord[] {
    const ready: PeerRecord[] = []
    const others: SignedRecord[] = []
    const shunned: PeerRecord[] = []
    for (const [key, candidate] of this.known) {
      const { record, signed, mayHaveRoom, avoidUntil } = candidate
      if (avoidUntil > now || except.has(key) || this.isBanned(record.id, now)) continue
      if ((waysTo(record.addresses) & ways) === 0) continue
      if (this.shunnedUntil(record.id) > now) shunned.push(record)
      else if (mayHaveRoom) ready.push(record)
      else if (anybody && signed !== undefined) others.push(signed)
    }
    const chosen = random.sample(ready, count)
    const lacking = count - chosen.length
    if (lacking <= 0 || !anybody) return chosen
    others.sort((a, b) => b.issued - a.issued)
    chosen.push(...random.sample(others.slice(0, Math.max(lacking, others.length >> 1)), lacking))
    return chosen.length > 0 ? chosen : random.sample(shunned, count)
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

  /** It has wasted our time: until then it is chosen last, by whichever link it comes back. */
  shun(id: PeerId, until: number): void {
    const key = idKey(id)
    this.shunned.delete(key)
    this.shunned.set(key, until)
    if (this.shunned.size > MAX_CANDIDATES) this.shunned.delete(this.shunned.keys().next().value!)
  }

  shunnedUntil(id: PeerId): number {
    return this.shunned.get(idKey(id)) ?? 0
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

  private put(
    record: PeerRecord,
    signed: SignedRecord | undefined,
    mayHaveRoom: boolean,
    source: PeerId | undefined
  ): void {
    const key = idKey(record.id)
    if (key === this.self || record.addresses.length === 0 || this.only?.has(key) === false) return
    const candidate = this.known.get(key)
    if (candidate !== undefined) {
      candidate.mayHaveRoom ||= mayHaveRoom
      if (signed !== undefined || candidate.signed === undefined) candidate.record = record
      candidate.signed = signed ?? candidate.signed
      return
    }
    const from = source === undefined ? undefined : idKey(source)
    this.known.set(key, { record, signed, source: from, mayHaveRoom, failures: 0, avoidUntil: 0 })
    if (from !== undefined) this.boundSource(key, from)
    if (this.known.size > MAX_CANDIDATES) this.forgetOne(key)
  }

  /** Nobody fills more than its share of what we know. */
  private boundSource(newcomer: string, from: string): void {
    let count = 0
    for (const { source } of this.known.values()) if (source === from) count++
    if (count > MAX_FROM_ONE_SOURCE) this.forgetOne(newcomer, from)
  }

  /** Makes room: the candidate that failed most goes, the oldest among equals, never the newcomer. @param from only of those
   * that this neighbour told of */
  private forgetOne(newcomer: string, from?: string): void {
    let worst: string | undefined
    let failures = -1
    for (const [key, candidate] of this.known) {
      const isConcerned = key !== newcomer && (from === undefined || candidate.source === from)
      if (isConcerned && candidate.failures > failures) {
        worst = key
        failures = candidate.failures
      }
    }
    if (worst !== undefined) this.known.delete(worst)
  }
}
