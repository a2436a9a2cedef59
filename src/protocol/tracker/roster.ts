/** All members of a tracker, each in its broadcast. */

import { LEASE_MS, MAX_BROADCASTS, MAX_MEMBERS } from '../limits.js'
import { UNFED_DEPTH } from '../tree/feeds.js'
import { broadcastKey } from '../wire/broadcast.js'
import type { Join, Lease } from '../wire/message.js'
import { idKey, shortId } from '../wire/record.js'
import { waysTo } from '../wire/ways.js'
import type { BroadcastStats, TrackerShare, TrackerStats } from './machine.js'
import { type Member, Membership } from './membership.js'

type Census = Pick<
  TrackerStats,
  'broadcasts' | 'peers' | 'listeners' | 'relays' | 'origins' | 'waiting' | 'freeSlots'
>

/** Where a connection comes from. */
export interface Origin {
  readonly network: string | undefined
  readonly address: string | undefined
}

export class Roster {
  private readonly broadcasts = new Map<string, Membership>()
  /** By link, in the order of their leases. */
  private readonly members = new Map<number, Member>()

  get size(): number {
    return this.members.size
  }

  get(link: number): Member | undefined {
    return this.members.get(link)
  }

  broadcast(key: string): Membership | undefined {
    return this.broadcasts.get(key)
  }

  /** Keys of all broadcasts that have members. */
  broadcastKeys(): Iterable<string> {
    return this.broadcasts.keys()
  }

  /** @returns the new member; undefined if there is no place for it */
  add(link: number, { network, address }: Origin, join: Join, now: number): Member | undefined {
    const key = broadcastKey(join.broadcast)
    const known = this.broadcasts.get(key)
    if (this.size >= MAX_MEMBERS || (known === undefined && this.broadcasts.size >= MAX_BROADCASTS))
      return undefined
    // The bytes are views into one received message: copied, so that a member holds no more than itself.
    const { peerId, addresses, role, freeSlots, ways, broadcast: id } = ownCopy(join)
    const broadcast = known ?? new Membership(id)
    this.broadcasts.set(key, broadcast)
    const member: Member = {
      link,
      record: { id: peerId, addresses },
      key: idKey(peerId),
      shortKey: idKey(shortId(peerId)),
      waysTo: waysTo(addresses),
      ways,
      role,
      broadcast,
      network,
      address,
      joinedAt: now,
      relays: freeSlots > 0,
      freeSlots,
      depth: role === 'origin' ? 0 : UNFED_DEPTH,
      expiresAt: now + LEASE_MS
    }
    broadcast.add(member)
    this.members.set(link, member)
    return member
  }

  /** @returns whether that tells anything new */
  renew(member: Member, lease: Lease, now: number): boolean {
    const depth = member.role === 'origin' ? 0 : lease.depth
    const isNews = lease.freeSlots !== member.freeSlots || depth !== member.depth
    member.broadcast.update(member, lease.freeSlots, depth)
    member.expiresAt = now + LEASE_MS
    this.members.delete(member.link)
    this.members.set(member.link, member)
    return isNews
  }

  remove(member: Member): void {
    const { broadcast, link } = member
    this.members.delete(link)
    broadcast.remove(member)
    if (broadcast.isEmpty) this.broadcasts.delete(broadcast.key)
  }

  /** The one whose lease ends first. */
  get oldest(): Member | undefined {
    for (const member of this.members.values()) return member
    return undefined
  }

  /** What others are told of all. */
  *shared(): Generator<Extract<TrackerShare, { type: 'member' }>> {
    for (const broadcast of this.broadcasts.values()) {
      for (const { record } of broadcast) {
        const member = broadcast.shared(record.id)
        yield { type: 'member', broadcast: broadcast.key, id: record.id, member }
      }
    }
  }

  census(): Census {
    const roles = { listener: 0, relay: 0, origin: 0, root: 0 }
    let freeSlots = 0
    let waiting = 0
    for (const broadcast of this.broadcasts.values()) {
      waiting += broadcast.waiting.size
      for (const member of broadcast) {
        roles[member.role]++
        freeSlots += member.freeSlots
      }
    }
    return {
      broadcasts: this.broadcasts.size,
      peers: roles.listener + roles.relay + roles.origin,
      listeners: roles.listener,
      relays: roles.relay + roles.root,
      origins: roles.origin,
      waiting,
      freeSlots
    }
  }

  broadcastStats(): BroadcastStats[] {
    return Array.from(this.broadcasts.values(), ({ id, isLive, size, listeners, peakListeners }) => ({
      id,
      live: isLive,
      peers: size,
      listeners,
      peakListeners
    }))
  }
}

/** Without a view into the message that it came in. */
export function ownCopy(join: Join): Join {
  const { publisher, name } = join.broadcast
  return { ...join, peerId: join.peerId.slice(), broadcast: { publisher: publisher.slice(), name } }
}
