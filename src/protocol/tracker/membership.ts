/** All who are in one broadcast, as a tracker knows them: whom to name to whom, and to whom a signal goes. */

import { FOREIGN_MS, MAX_FOREIGN } from '../limits.js'
import type { Random } from '../random.js'
import { SamplingPool } from '../sampling-pool.js'
import { UNFED_DEPTH } from '../tree/feeds.js'
import { type BroadcastId, broadcastKey } from '../wire/broadcast.js'
import type { Role } from '../wire/message.js'
import { idKey, type PeerId, type PeerRecord, shortId } from '../wire/record.js'
import { waysTo } from '../wire/ways.js'

/** Whom a tracker may name: its own members, and some of those of others that share with it. */
export interface Candidate {
  readonly record: PeerRecord
  /** Its id, and the first bytes of it, as keys. */
  readonly key: string
  readonly shortKey: string
  /** By which ways it can be dialled. */
  readonly waysTo: number
  /** Whether it passes anything on: a contributor, not a leaf. */
  readonly relays: boolean
  freeSlots: number
  depth: number
}

export interface Member extends Candidate {
  readonly link: number
  /** By which ways it can dial others. */
  ways: number
  readonly role: Role
  readonly broadcast: Membership
  /** The network that it comes from, as whoever runs the tracker names it; undefined where that says nothing. */
  readonly network: string | undefined
  /** Its own address, where that is known. */
  readonly address: string | undefined
  readonly joinedAt: number
  expiresAt: number
}

/** What is told of a member to trackers that share. */
export interface SharedMember {
  readonly record: PeerRecord
  readonly role: Role
  readonly freeSlots: number
  readonly depth: number
}

/** What a tracker is told of a broadcast by those that it shares with. */
export interface Elsewhere {
  /** At all of them, its own included, each id once. */
  readonly peers: number
  readonly listeners: number
  /** Whether anybody is fed. */
  readonly live: boolean
  /** Some with room, by lot: members of others. */
  readonly members: readonly SharedMember[]
}

/** A member of another tracker. */
interface Foreign extends Candidate {
  readonly seenAt: number
}

/** Of so many drawn by lot for each place the one nearest to the origin is named, for half of the places: trees stay shallow, and
 * still nobody is named to all. */
export const DRAWN_EACH = 3

/** Where nobody has room, a contributor is named so many who are full: whom leaves hold up makes room for it. Few, as many ask. */
export const FULL_NAMED = 2

export class Membership {
  readonly id: BroadcastId
  /** Of the broadcast. */
  readonly key: string
  /** Links of those who got nobody yet, in the order of their coming. */
  readonly waiting = new Set<number>()
  private readonly members = new Map<number, Member>()
  /** By id, in the order of their coming. Ids are claims here: of those who have the same, signals go to the oldest, whom
   * no stranger can displace, and to the newest, who may be the same peer come back. */
  private readonly byId = new Map<string, Set<Member>>()
  /** Members with room: those that audio reaches, and those that it may reach later. */
  private readonly fedWithRoom = new SamplingPool<Candidate>()
  private readonly unfedWithRoom = new SamplingPool<Candidate>()
  /** Those who relay, and have given all that they have. */
  private readonly full = new SamplingPool<Candidate>()
  /** How many of the members are fed. */
  private fed = 0
  /** Listeners, each id once, now and at most so far. */
  private listening = 0
  private mostListening = 0
  /** Members of other trackers, in the order in which they were last heard of; and what is known of all. */
  private readonly foreign = new Map<string, Foreign>()
  private peersInAll = 0
  private listenersInAll = 0
  private isLiveElsewhere = false

  constructor(id: BroadcastId) {
    this.id = id
    this.key = broadcastKey(id)
  }

  /** Whether nobody is left. */
  get isEmpty(): boolean {
    return this.members.size === 0
  }

  /** Peers, each id once: who comes back while its old connection still hangs is one. With those of other trackers, if
   * any are known: of what they said last and what is here the larger, so that nobody who moves between them is two. */
  get size(): number {
    return Math.max(this.byId.size, this.peersInAll)
  }

  get listeners(): number {
    return Math.max(this.listening, this.listenersInAll)
  }

  get peakListeners(): number {
    return this.mostListening
  }

  /** Whether audio reaches anybody. */
  get isLive(): boolean {
    return this.fed > 0 || this.isLiveElsewhere
  }

  get(link: number): Member | undefined {
    return this.members.get(link)
  }

  add(member: Member): void {
    this.members.set(member.link, member)
    if (member.role === 'listener' && !this.isListening(member.key)) {
      this.listening++
      this.mostListening = Math.max(this.mostListening, this.listeners)
    }
    const twins = this.byId.get(member.key)
    if (twins === undefined) this.byId.set(member.key, new Set([member]))
    else twins.add(member)
    this.sort(member)
  }

  /** A member tells how it is now. */
  update(member: Member, freeSlots: number, depth: number): void {
    this.unsort(member)
    member.freeSlots = freeSlots
    member.depth = depth
    this.sort(member)
  }

  remove(member: Member): void {
    this.members.delete(member.link)
    const twins = this.byId.get(member.key)
    twins?.delete(member)
    if (twins?.size === 0) this.byId.delete(member.key)
    if (member.role === 'listener' && !this.isListening(member.key)) this.listening--
    this.waiting.delete(member.link)
    this.unsort(member)
  }

  /** Fed peers with room first, then those that will be fed; of each the nearest to the origin among a few drawn by lot. Of several with one id, both of whom are
   * kept, or a stranger could throw out whom it likes, the newest is named. A contributor for whom no fed peer has room is named
   * some that are full. */
  candidatesFor(member: Member, count: number, except: readonly string[], random: Random): Candidate[] {
    const nearest = (pool: SamplingPool<Candidate>, lacking: number): Candidate[] => {
      if (lacking <= 0) return []
      const drawn: Candidate[] = []
      for (const other of pool.draw(random)) {
        const isKnown = other.key === member.key || except.includes(other.shortKey)
        if (isKnown || (other.waysTo & member.ways) === 0 || !this.isNewest(other)) continue
        drawn.push(other)
        if (drawn.length >= lacking * DRAWN_EACH) break
      }
      // How deep it stands is a peer's own word: only half of the places go by it.
      const byLot = drawn.splice(0, Math.ceil(lacking / 2))
      return [...byLot, ...drawn.sort((a, b) => a.depth - b.depth).slice(0, lacking - byLot.length)]
    }
    const chosen = nearest(this.fedWithRoom, count)
    if (chosen.length === 0 && member.relays && !isFed(member))
      chosen.push(...nearest(this.full, Math.min(count, FULL_NAMED)))
    return [...chosen, ...nearest(this.unfedWithRoom, count - chosen.length)]
  }

  /** Takes what other trackers know. @returns their members that can be fed from at once */
  mirror(elsewhere: Elsewhere, now: number): Candidate[] {
    this.peersInAll = elsewhere.peers
    this.listenersInAll = elsewhere.listeners
    this.isLiveElsewhere = elsewhere.live
    this.mostListening = Math.max(this.mostListening, this.listeners)
    for (const { record, freeSlots, depth } of elsewhere.members) {
      const key = idKey(record.id)
      this.forgetForeign(key)
      const shortKey = idKey(shortId(record.id))
      const foreign = {
        record,
        key,
        shortKey,
        waysTo: waysTo(record.addresses),
        relays: freeSlots > 0,
        freeSlots,
        depth,
        seenAt: now
      }
      this.foreign.set(key, foreign)
      this.poolOf(foreign)?.add(foreign)
    }
    for (const { key, seenAt } of this.foreign.values()) {
      if (seenAt + FOREIGN_MS > now && this.foreign.size <= MAX_FOREIGN) break
      this.forgetForeign(key)
    }
    return [...this.foreign.values()].filter(
      (each) => each.seenAt === now && isFed(each) && each.freeSlots > 0 && !this.byId.has(each.key)
    )
  }

  /** Whether this id is known to be at another tracker. */
  isElsewhere(id: PeerId): boolean {
    return this.foreign.has(idKey(id))
  }

  /** What others are told of an id: as the last who came with it says; undefined if it is gone. */
  shared(id: PeerId): SharedMember | undefined {
    const newest = [...(this.byId.get(idKey(id)) ?? [])].at(-1)
    if (newest === undefined) return undefined
    const { record, role, freeSlots, depth } = newest
    return { record, role, freeSlots, depth }
  }

  /** Those to whom a signal for this id goes. */
  addressees(id: PeerId): Set<Member> {
    const twins = [...(this.byId.get(idKey(id)) ?? [])]
    return new Set([twins.at(0), twins.at(-1)].filter((twin) => twin !== undefined))
  }

  /** Each id once, as the last who came with it says. */
  *[Symbol.iterator](): Generator<Member> {
    for (const twins of this.byId.values()) yield [...twins].at(-1)!
  }

  private isListening(key: string): boolean {
    for (const { role } of this.byId.get(key) ?? []) if (role === 'listener') return true
    return false
  }

  /** Of those who claim one id and have room; of those who have none, if it has none. Who is here goes before who is elsewhere. */
  private isNewest(member: Candidate): boolean {
    const twins = this.byId.get(member.key)
    if (twins === undefined) return true
    let newest: Member | undefined
    for (const twin of twins) if (twin.freeSlots > 0 === member.freeSlots > 0) newest = twin
    return newest === member
  }

  private sort(member: Member): void {
    if (isFed(member)) this.fed++
    this.poolOf(member)?.add(member)
  }

  /** Where those are who can be named. */
  private poolOf(candidate: Candidate): SamplingPool<Candidate> | undefined {
    if (candidate.freeSlots === 0) return candidate.relays && isFed(candidate) ? this.full : undefined
    return isFed(candidate) ? this.fedWithRoom : this.unfedWithRoom
  }

  private forgetForeign(key: string): void {
    const foreign = this.foreign.get(key)
    if (foreign === undefined) return
    this.foreign.delete(key)
    this.poolOf(foreign)?.delete(foreign)
  }

  private unsort(member: Member): void {
    if (isFed(member)) this.fed--
    this.poolOf(member)?.delete(member)
  }
}

/** Whether audio reaches this peer: only such a one can pass it on. */
export function isFed({ depth }: Pick<Candidate, 'depth'>): boolean {
  return depth !== UNFED_DEPTH
}
