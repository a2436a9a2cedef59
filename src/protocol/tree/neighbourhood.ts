/**
 * The links to other peers: handshake, bounds, duplicates, farewell. Whom they feed and by whom they are fed is
 * decided elsewhere.
 */

import {
  DIAL_PATIENCE_MS,
  HELLO_TIMEOUT_MS,
  IDLE_LINK_MS,
  MAX_DIALS,
  MAX_REASON_BYTES,
  MAX_STRIPES,
  PROTOCOL_VERSION,
  SILENT_LINK_MS
} from '../limits.js'
import type { Output } from '../machine.js'
import type { Random } from '../random.js'
import type { BroadcastId } from '../wire/broadcast.js'
import { equal } from '../wire/cursor.js'
import { type ByeReason, encodeMessage, type Hello, type PeersMessage } from '../wire/message.js'
import { idKey, type PeerId, type PeerRecord } from '../wire/record.js'
import { Candidates } from './candidates.js'
import { UNFED_DEPTH } from './feeds.js'
import { Neighbour } from './neighbour.js'
import { allStripes } from './stripes.js'

/** Peers named in a refusal or a farewell: enough to find room, few enough to stay in one datagram. */
export const MAX_OTHERS = 4

/** How often it is looked which links are used; ms. */
const LOOK_AT_IDLE_MS = 1_000

export interface NeighbourhoodOptions {
  readonly self: PeerRecord
  readonly broadcast: BroadcastId
  readonly leaf: boolean
  readonly maxLinks: number
  /** By which ways this peer can dial: a mask of `WAY`. */
  readonly ways: number
  /** The only peers to dial; undefined for whomever one hears of. */
  readonly only?: readonly PeerRecord[] | undefined
}

export class Neighbourhood {
  readonly candidates: Candidates
  private readonly options: NeighbourhoodOptions
  private readonly emit: (output: Output) => void
  private readonly neighbours = new Map<number, Neighbour>()
  /** Peers that are being dialled, and since when. */
  private readonly dialling = new Map<string, number>()
  private ways: number
  /** When unused links are looked at again. */
  private nextIdle = -Infinity

  constructor(options: NeighbourhoodOptions, emit: (output: Output) => void) {
    this.options = options
    this.emit = emit
    this.ways = options.ways
    this.candidates = new Candidates(options.self.id, options.only)
  }

  get(link: number): Neighbour | undefined {
    return this.neighbours.get(link)
  }

  get size(): number {
    return this.neighbours.size
  }

  /** Dials that may well succeed. Most do within two seconds or never: others are dialled beside those that take longer. */
  dials(now: number): number {
    let young = 0
    for (const since of this.dialling.values()) if (now < since + DIAL_PATIENCE_MS) young++
    return young
  }

  /** When the next dial is no longer counted upon. */
  nextImpatience(now: number): number {
    let next = Infinity
    for (const since of this.dialling.values())
      if (now < since + DIAL_PATIENCE_MS) next = Math.min(next, since + DIAL_PATIENCE_MS)
    return next
  }

  /** Dials under way, and links whose other end has not said HELLO yet. */
  get pending(): number {
    let pending = this.dialling.size
    for (const { ready } of this.neighbours.values()) if (!ready) pending++
    return pending
  }

  all(): Iterable<Neighbour> {
    return this.neighbours.values()
  }

  /** Neighbours that have said HELLO. */
  *ready(): Generator<Neighbour> {
    for (const neighbour of this.neighbours.values()) if (neighbour.ready) yield neighbour
  }

  /** The ways to dial have changed. */
  dialBy(ways: number): void {
    this.ways = ways
  }

  /** Dials up to `count` candidates that are not neighbours yet. @param anybody also whom we only know to be there. @returns
   * how many. */
  dial(count: number, now: number, random: Random, anybody = false): number {
    const links = this.options.maxLinks - this.neighbours.size - this.dialling.size
    const room = Math.min(links, MAX_DIALS - this.dialling.size)
    if (room <= 0) return 0
    const except = new Set(this.dialling.keys())
    for (const { record, dialled } of this.neighbours.values()) {
      if (record !== undefined) except.add(idKey(record.id))
      if (dialled !== undefined) except.add(idKey(dialled))
    }
    const chosen = this.candidates.pick(Math.min(count, room), except, this.ways, now, random, anybody)
    for (const peer of chosen) {
      this.dialling.set(idKey(peer.id), now)
      this.emit({ type: 'dial', peer })
    }
    return chosen.length
  }

  dialFailed(peer: PeerId, now: number): void {
    this.dialling.delete(idKey(peer))
    this.candidates.avoid(peer, now)
  }

  /** A link is open: both ends say HELLO at once. */
  opened(link: number, dialled: PeerId | undefined, remoteId: PeerId | undefined, now: number): void {
    if (dialled !== undefined) this.dialling.delete(idKey(dialled))
    this.neighbours.set(link, new Neighbour(link, dialled, remoteId, now))
    const { self, broadcast, leaf, maxLinks } = this.options
    if (remoteId !== undefined && this.candidates.isBanned(remoteId, now)) {
      this.bye(link, 'bad-signature', 'you are banned here')
    } else if (this.neighbours.size > maxLinks) {
      this.bye(link, 'full', `all ${maxLinks} links are in use`)
    } else {
      this.send(link, {
        type: 'hello',
        minVersion: PROTOCOL_VERSION,
        maxVersion: PROTOCOL_VERSION,
        peerId: self.id,
        broadcast,
        leaf,
        addresses: self.addresses
      })
    }
  }

  /**
   * Takes a HELLO. @returns the link that ended by it: the neighbour's own if it was refused, an older one to the same
   * peer if that is superseded, or undefined.
   */
  hello(neighbour: Neighbour, hello: Hello, now: number): number | undefined {
    const problem = this.problem(neighbour, hello)
    if (problem !== undefined) {
      // Never whom it only claims to be: that may be an honest peer.
      const other = neighbour.dialled ?? neighbour.remoteId
      if (other !== undefined) this.candidates.avoid(other, now)
      this.bye(neighbour.link, problem.reason, problem.text)
      return neighbour.link
    }
    const twin = this.withId(hello.peerId)
    neighbour.record = { id: hello.peerId, addresses: hello.addresses }
    neighbour.leaf = hello.leaf
    this.candidates.add([neighbour.record], hello.peerId)
    const loser = twin === undefined ? undefined : this.loser(twin, neighbour)
    if (loser !== undefined) this.bye(loser.link, 'closing', 'we are linked already')
    const shunnedUntil = this.candidates.shunnedUntil(hello.peerId)
    if (shunnedUntil > now) neighbour.stalls(allStripes(MAX_STRIPES), shunnedUntil)
    return loser?.link
  }

  /** The link is gone. @returns who it was. */
  closed(link: number, now: number): Neighbour | undefined {
    const neighbour = this.remove(link)
    if (neighbour?.dialled !== undefined && !neighbour.ready) this.candidates.avoid(neighbour.dialled, now)
    return neighbour
  }

  /** Says farewell and ends the link. */
  bye(link: number, reason: ByeReason, text: string): void {
    if (!this.neighbours.has(link)) return
    const others = this.withRoom(link)
    this.send(link, { type: 'bye', reason, text: text.slice(0, MAX_REASON_BYTES - 1), others })
    this.emit({ type: 'close', link })
    this.remove(link)
  }

  /** Neighbours that may have room, to be named to somebody else. Never the origin: the fewer know of it, the better. */
  withRoom(exceptLink: number): PeerRecord[] {
    const records: PeerRecord[] = []
    for (const { link, record, freeSlots, depth } of this.ready()) {
      if (link === exceptLink || freeSlots === 0 || depth === UNFED_DEPTH || depth === 0) continue
      if (record!.addresses.length > 0) records.push(record!)
      if (records.length >= MAX_OTHERS) break
    }
    return records
  }

  /** Ends the links whose other end never said HELLO, or has said nothing for so long that it must be gone. @returns whose
   * links these were. */
  dropSilent(now: number): Neighbour[] {
    const silent: Neighbour[] = []
    for (const neighbour of this.neighbours.values()) if (now >= silentAt(neighbour)) silent.push(neighbour)
    for (const neighbour of silent) {
      if (neighbour.ready)
        this.leave(neighbour, `nothing was heard of you for ${SILENT_LINK_MS / 1000} s`, now)
      else {
        if (neighbour.dialled !== undefined) this.candidates.avoid(neighbour.dialled, now)
        this.bye(neighbour.link, 'too-much', 'no HELLO came')
      }
    }
    return silent
  }

  /** Ends the links that neither end has needed for long, give or take a look. @returns whose links these were. */
  dropIdle(isUsed: (neighbour: Neighbour) => boolean, now: number): Neighbour[] {
    if (now < this.nextIdle) return []
    this.nextIdle = now + LOOK_AT_IDLE_MS
    const idle: Neighbour[] = []
    for (const neighbour of this.neighbours.values()) {
      if (!neighbour.ready) continue
      if (isUsed(neighbour)) neighbour.idleSince = now
      else if (now >= neighbour.idleSince + IDLE_LINK_MS) idle.push(neighbour)
    }
    for (const neighbour of idle) this.leave(neighbour, 'neither of us needs this link', now)
    return idle
  }

  /** We were held up ourselves: what was said meanwhile is still to be read. */
  excuseSilence(now: number): void {
    for (const neighbour of this.neighbours.values()) neighbour.saidAt = now
  }

  /** When the next silent or idle link is to be ended. */
  nextDeadline(): number {
    let next = this.neighbours.size > 0 ? this.nextIdle : Infinity
    for (const neighbour of this.neighbours.values()) next = Math.min(next, silentAt(neighbour))
    return next
  }

  send(link: number, message: PeersMessage): void {
    this.emit({ type: 'send', link, bytes: encodeMessage(message) })
  }

  private leave({ link, record }: Neighbour, why: string, now: number): void {
    this.candidates.avoid(record!.id, now)
    this.bye(link, 'closing', why)
  }

  /** What is held against a peer outlives its link: who is dropped as useless must not come back as a stranger. */
  private remove(link: number): Neighbour | undefined {
    const neighbour = this.neighbours.get(link)
    this.neighbours.delete(link)
    if (neighbour?.record !== undefined && neighbour.stalledAtMost > 0)
      this.candidates.shun(neighbour.record.id, neighbour.stalledAtMost)
    return neighbour
  }

  private problem(neighbour: Neighbour, hello: Hello): { reason: ByeReason; text: string } | undefined {
    const { self, broadcast } = this.options
    if (hello.minVersion > PROTOCOL_VERSION || hello.maxVersion < PROTOCOL_VERSION) {
      const text = `you speak versions ${hello.minVersion} to ${hello.maxVersion}, I speak ${PROTOCOL_VERSION}`
      return { reason: 'version', text }
    }
    if (hello.broadcast.name !== broadcast.name || !equal(hello.broadcast.publisher, broadcast.publisher)) {
      return { reason: 'wrong-broadcast', text: 'I carry another broadcast' }
    }
    if (equal(hello.peerId, self.id)) return { reason: 'closing', text: 'I dialled myself' }
    for (const expected of [neighbour.remoteId, neighbour.dialled]) {
      if (expected !== undefined && !equal(expected, hello.peerId)) {
        return { reason: 'malformed', text: 'you are not who you say' }
      }
    }
    return undefined
  }

  withId(id: PeerId): Neighbour | undefined {
    for (const neighbour of this.ready()) if (equal(neighbour.record!.id, id)) return neighbour
    return undefined
  }

  /** Of two links to one peer, the one to end. Both ends come to the same answer: the link that the smaller id dialled
   * stays; if one end dialled both, the newer, since its dialler must have lost the older. */
  private loser(older: Neighbour, newer: Neighbour): Neighbour {
    const iDialledOlder = older.dialled !== undefined
    const iDialledNewer = newer.dialled !== undefined
    if (iDialledOlder === iDialledNewer) return older
    const iAmSmaller = idKey(this.options.self.id) < idKey(newer.record!.id)
    return iAmSmaller === iDialledOlder ? newer : older
  }
}

/** When silence has lasted too long. */
function silentAt({ ready, openedAt, saidAt }: Neighbour): number {
  return ready ? saidAt + SILENT_LINK_MS : openedAt + HELLO_TIMEOUT_MS
}
