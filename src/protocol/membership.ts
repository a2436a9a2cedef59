/** All who are in one broadcast, as a tracker knows them: whom to name to whom, and to whom a signal goes. */

import type { Random } from './random.js'
import { SamplingPool } from './sampling-pool.js'
import { UNFED_DEPTH } from './tree/feeds.js'
import type { Role } from './wire/message.js'
import { idKey, type PeerId, type PeerRecord } from './wire/record.js'

export interface Member {
  readonly link: number
  readonly record: PeerRecord
  /** Its id, and the first bytes of it, as keys. */
  readonly key: string
  readonly shortKey: string
  /** By which ways it can be dialled, and by which it can dial others. */
  readonly waysTo: number
  ways: number
  readonly role: Role
  readonly broadcast: Membership
  freeSlots: number
  depth: number
  expiresAt: number
}

/** Of so many drawn by lot for each place the one nearest to the origin is named: trees stay shallow, and still nobody is named
 * to all. */
const DRAWN_EACH = 3

export class Membership {
  /** Of the broadcast. */
  readonly key: string
  /** Links of those who got nobody yet, in the order of their coming. */
  readonly waiting = new Set<number>()
  private readonly members = new Map<number, Member>()
  /** By id, in the order of their coming. Ids are claims here: of those who have the same, signals go to the oldest, whom
   * no stranger can displace, and to the newest, who may be the same peer come back. */
  private readonly byId = new Map<string, Set<Member>>()
  /** Members with room: those that audio reaches, and those that it may reach later. */
  private readonly fedWithRoom = new SamplingPool<Member>()
  private readonly unfedWithRoom = new SamplingPool<Member>()
  /** How many of the members are fed. */
  private fed = 0

  constructor(key: string) {
    this.key = key
  }

  get size(): number {
    return this.members.size
  }

  /** Whether audio reaches anybody. */
  get isLive(): boolean {
    return this.fed > 0
  }

  get(link: number): Member | undefined {
    return this.members.get(link)
  }

  add(member: Member): void {
    this.members.set(member.link, member)
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
    this.waiting.delete(member.link)
    this.unsort(member)
  }

  /** Fed peers with room first, then those that will be fed; of each the nearest to the origin among a few drawn by lot. Of several with one id, both of whom are
   * kept, or a stranger could throw out whom it likes, the newest is named. */
  candidatesFor(member: Member, count: number, except: readonly string[], random: Random): Member[] {
    const chosen: Member[] = []
    for (const pool of [this.fedWithRoom, this.unfedWithRoom]) {
      const lacking = count - chosen.length
      if (lacking <= 0) break
      const drawn: Member[] = []
      for (const other of pool.draw(random)) {
        const isKnown = other.key === member.key || except.includes(other.shortKey)
        if (isKnown || (other.waysTo & member.ways) === 0 || !this.isNewest(other)) continue
        drawn.push(other)
        if (drawn.length >= lacking * DRAWN_EACH) break
      }
      drawn.sort((a, b) => a.depth - b.depth)
      chosen.push(...drawn.slice(0, lacking))
    }
    return chosen
  }

  /** Those to whom a signal for this id goes. */
  addressees(id: PeerId): Set<Member> {
    const twins = [...(this.byId.get(idKey(id)) ?? [])]
    return new Set([twins.at(0), twins.at(-1)].filter((twin) => twin !== undefined))
  }

  /** Of those with room who claim one id. */
  private isNewest(member: Member): boolean {
    let newest: Member | undefined
    for (const twin of this.byId.get(member.key)!) if (twin.freeSlots > 0) newest = twin
    return newest === member
  }

  private sort(member: Member): void {
    if (isFed(member)) this.fed++
    if (member.freeSlots > 0) (isFed(member) ? this.fedWithRoom : this.unfedWithRoom).add(member)
  }

  private unsort(member: Member): void {
    if (isFed(member)) this.fed--
    this.fedWithRoom.delete(member)
    this.unfedWithRoom.delete(member)
  }
}

/** Whether audio reaches this peer: only such a one can pass it on. */
export function isFed({ depth }: Pick<Member, 'depth'>): boolean {
  return depth !== UNFED_DEPTH
}
