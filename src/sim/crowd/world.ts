/** A show of a crowd: its columns, trees, trackers and events, and what all parts ask of them. Decides nothing. */

import type { Random } from '../../protocol/random.js'
import type { Option } from '../../protocol/tree/policy.js'
import { allStripes, oneStripe } from '../../protocol/tree/stripes.js'
import { arrivals, person, server } from '../crowd.js'
import { exponential, stream } from '../draws.js'
import { EventQueue } from '../event-queue.js'
import { packetBytesOf } from '../frames.js'
import { type Place, roundTripMs } from '../geography.js'
import { canConnect, type Nat } from '../nat.js'
import type { FloodTarget, Scenario } from '../scenario/scenario.js'
import { LEAD_MS } from '../world.js'
import { Account } from './account.js'
import { Columns, NAT_SHIFT, NEVER, NOBODY, SPARES, STATE, TRAIT, UNFED } from './columns.js'
import { Forest } from './forest.js'
import { Meeting } from './meeting.js'

export const KIND = {
  arrive: 0,
  join: 1,
  answer: 2,
  deal: 3,
  subscribe: 4,
  refused: 5,
  seek: 6,
  attend: 7,
  lost: 8,
  cutOff: 9,
  leave: 10,
  tell: 11,
  forget: 12,
  release: 13,
  ticket: 14,
  trackerFailed: 15,
  call: 16,
  abandon: 17,
  demote: 18,
  discover: 19,
  loseHeart: 20,
  comeBack: 21
} as const

/** The origin. */
export const ORIGIN = 0

export class CrowdWorld {
  readonly scenario: Scenario
  readonly seed: number
  readonly columns: Columns
  readonly forest: Forest
  readonly meeting: Meeting
  readonly queue = new EventQueue()
  readonly account: Account
  readonly random: Random
  readonly stripes: number
  readonly all: number
  readonly packetBytes: number
  readonly arrivalTimes: ArrayLike<number>
  readonly trackers: readonly Place[]
  /** Since when somebody who hears lacks a stripe, by peer and stripe; ms. */
  readonly orphanSince = new Map<number, number>()
  areTrackersUp = true
  /** Of requests to each kind of server the share that a flood lets through. */
  readonly admits = { trackers: 1, origin: 1, roots: 1 }
  /** What every line loses at least. */
  leastLoss = 0
  /** Peers that have come, the origin and roots included. */
  peers = 0
  /** People who have come. */
  persons = 0

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario
    this.seed = seed
    const { stripes } = scenario.show
    this.stripes = stripes
    this.all = allStripes(stripes)
    this.random = stream(seed, 'crowd')
    this.columns = new Columns(1 + scenario.roots + scenario.peers, stripes)
    const { maxChildren, maxPeers } = scenario.origin
    this.forest = new Forest(this.columns, maxChildren, scenario.origin.hidden ? 0 : maxPeers)
    this.meeting = new Meeting(this.columns, this.random, (peer) => this.roomOf(peer))
    this.packetBytes = packetBytesOf(scenario.show)
    this.account = new Account(this.columns, scenario, this.packetBytes)
    this.arrivalTimes = arrivals(scenario, seed, LEAD_MS)
    this.trackers = Array.from(
      { length: scenario.trackers },
      (_, i) => server(scenario, seed, `tracker${i}`, Infinity).line.place
    )
    this.forest.changed = (peer) => this.tells(peer)
  }

  get now(): number {
    return this.queue.now
  }

  /** When the show is over, ms of the world. */
  get showEndMs(): number {
    return LEAD_MS + this.scenario.show.seconds * 1000
  }

  plan(at: number, kind: number, a: number, b: number, payload?: unknown): void {
    this.queue.plan(Math.max(this.now, Math.round(at)), kind, a, b, payload)
  }

  /** A new peer. @returns its number */
  addListener(): number {
    const who = person(this.scenario, this.seed, this.persons++)
    const { uploadShare, maxUploadKbps, maxChildren } = this.scenario.listeners
    const offered = Math.min(who.line.uplinkKbps * uploadShare, maxUploadKbps)
    const copyKbps = (this.packetBytes * 8) / this.scenario.show.packetMs
    const copies = who.isLeaf ? 0 : Math.min(maxChildren, offered / (copyKbps * (4 / 3)))
    const peer = this.add(who, copies)
    this.account.joined()
    if (who.staysMs !== Infinity && this.now + who.staysMs < this.showEndMs)
      this.plan(this.now + who.staysMs, KIND.leave, peer, 0)
    this.planImpatience(peer)
    return peer
  }

  /** Somebody comes back who had gone without hearing anything: in nobody's way, and by its old number. */
  comeBack(peer: number): void {
    const { columns } = this
    columns.state[peer] = STATE.here
    columns.asked[peer] = 0
    columns.cameAt[peer] = this.now
    columns.soundAt[peer] = NEVER
    this.account.joined()
    this.planImpatience(peer)
  }

  private planImpatience(peer: number): void {
    const { impatience } = this.scenario.crowd
    if (impatience === undefined) return
    const from = Math.max(this.now, LEAD_MS)
    this.plan(
      from + exponential(this.random, impatience.meanS * 1000),
      KIND.loseHeart,
      peer,
      this.columns.cameAt[peer]!
    )
  }

  addServer(name: string): number {
    const { origin } = this.scenario
    const peer = this.add(server(this.scenario, this.seed, name, origin.uplinkKbps), origin.maxChildren)
    this.columns.traits[peer]! |= name === 'origin' ? 0 : TRAIT.root
    return peer
  }

  isRoot(peer: number): boolean {
    return (this.columns.traits[peer]! & TRAIT.root) !== 0
  }

  isListener(peer: number): boolean {
    return peer !== ORIGIN && !this.isRoot(peer)
  }

  /** Free slots as others are told of them. */
  roomOf(peer: number): number {
    if (peer === ORIGIN && this.scenario.origin.hidden) return 0
    return this.forest.freeSlots(peer)
  }

  roundTripMs(a: number, b: number): number {
    return this.columns.roundTripMs(a, b) + this.slowness(a) + this.slowness(b)
  }

  /** One way of a control message, ms. */
  oneWayMs(from: number, to: number): number {
    return this.columns.roundTripMs(from, to) / 2 + this.jitter() + this.slowness(from)
  }

  trackerRoundTripMs(peer: number, tracker: number): number {
    return roundTripMs({ ...this.columns.placeOf(peer), region: 0 }, this.trackers[tracker]!)
  }

  /** What opening a link takes, ms: HELLO is answered by what the other end tells of itself. */
  linkMs(roundTrip: number): number {
    const { setupRtts, setupMs } = this.scenario.network
    return setupRtts * roundTrip + 2 * setupMs + roundTrip
  }

  canConnect(a: number, b: number): boolean {
    const { traits } = this.columns
    return canConnect((traits[a]! >>> NAT_SHIFT) as Nat, (traits[b]! >>> NAT_SHIFT) as Nat)
  }

  /** Whether a request to one of these is drowned. */
  isFlooded(target: FloodTarget): boolean {
    const admits = this.admits[target]
    return admits < 1 && this.random.unit() >= admits
  }

  jitter(): number {
    const { jitterMs } = this.scenario.network
    return jitterMs === 0 ? 0 : exponential(this.random, jitterMs)
  }

  /** Share of packets that is lost between two peers: the worse line counts. */
  lossBetween(a: number, b: number): number {
    return Math.max(this.lossOf(a), this.lossOf(b), this.leastLoss)
  }

  private lossOf(peer: number): number {
    const { loss } = this.scenario.network
    const traits = this.columns.traits[peer]!
    if ((traits & TRAIT.server) !== 0) return 0
    return (traits & TRAIT.mobile) !== 0 ? loss.mobile : loss.fixed
  }

  slowness(peer: number): number {
    return this.columns.slowMs[peer] ?? 0
  }

  /** Stripes that nobody feeds and nobody was asked for. */
  orphans(peer: number): number {
    const { parent, asked, stripes } = this.columns
    let set = 0
    for (let s = 0; s < stripes; s++) if (parent[peer * stripes + s] === NOBODY) set |= oneStripe(s)
    return set & ~asked[peer]!
  }

  /** Stripes that come from a peer. */
  feeding(peer: number, parent: number): number {
    const { parent: parents, stripes } = this.columns
    let set = 0
    for (let s = 0; s < stripes; s++) if (parents[peer * stripes + s] === parent) set |= oneStripe(s)
    return set
  }

  /** Different parents. */
  parentsOf(peer: number): number[] {
    const { parent, stripes } = this.columns
    const parents: number[] = []
    for (let s = 0; s < stripes; s++) {
      const each = parent[peer * stripes + s]!
      if (each !== NOBODY && !parents.includes(each)) parents.push(each)
    }
    return parents
  }

  sparesOf(peer: number): number[] {
    const { spare } = this.columns
    return [...spare.subarray(peer * SPARES, (peer + 1) * SPARES)].filter((each) => each !== NOBODY)
  }

  /** Neighbours as the policy sees them: who is gone, or known to pass nothing on, is none. */
  options(peer: number, links: readonly number[]): Option[] {
    const { columns } = this
    const options: Option[] = []
    const { spare } = columns
    for (let s = 0; s < this.stripes; s++)
      this.addOption(options, peer, columns.parent[peer * this.stripes + s]!, true)
    for (let at = peer * SPARES; at < (peer + 1) * SPARES; at++)
      this.addOption(options, peer, spare[at]!, true)
    for (const link of links) this.addOption(options, peer, link, false)
    return options
  }

  private addOption(options: Option[], peer: number, link: number, isUsed: boolean): void {
    if (link === NOBODY || link === peer) return
    for (const { link: other } of options) if (other === link) return
    const { columns } = this
    const state = columns.state[link]!
    if ((state & (STATE.here | STATE.frozen)) !== STATE.here || columns.isLeaf(link)) return
    options.push({
      link,
      freeSlots: this.freeFor(link, peer),
      depth: columns.depthOf(link),
      feeding: this.feeding(peer, link),
      refused: 0,
      stalled: 0,
      silent: isUsed && (state & STATE.blackHole) !== 0,
      heardAt: this.now,
      // Who cheats by what it says is not in this engine.
      hasProved: true
    })
  }

  /** A contributor is told of the slots that leaves have, too; it is enough to look for one. */
  private freeFor(parent: number, peer: number): number {
    const free = this.forest.freeSlots(parent)
    if (free > 0 || this.columns.isLeaf(peer)) return free
    let ofLeaves = 0
    for (let s = 0; s < this.stripes; s++) if (this.forest.leafOf(parent, s) !== NOBODY) ofLeaves++
    return ofLeaves
  }

  /** What trackers know of a peer may have changed. */
  tells(peer: number): void {
    const { state } = this.columns
    if ((state[peer]! & (STATE.telling | STATE.here)) !== STATE.here || !this.meeting.isNews(peer)) return
    state[peer]! |= STATE.telling
    this.plan(this.now + this.trackerRoundTripMs(peer, 0) / 2, KIND.tell, peer, 0)
  }

  /** A tracker hears how a peer is. */
  told(peer: number): void {
    const { state } = this.columns
    state[peer]! &= ~STATE.telling
    if ((state[peer]! & STATE.here) === 0 || !this.areTrackersUp) return
    this.account.trackerBytes += LEASE_BYTES
    this.meeting.told(peer)
    const room = this.columns.depthOf(peer) === UNFED ? 0 : this.roomOf(peer)
    if (room === 0) return
    for (const waiting of this.meeting.takeWaiting(room)) {
      if (!this.columns.isHere(waiting) || this.orphans(waiting) === 0) continue
      const others = this.meeting.candidatesFor(waiting).filter((each) => each !== peer)
      const at = this.now + this.trackerRoundTripMs(waiting, 0) / 2
      this.plan(at, KIND.answer, waiting, 0, [peer, ...others])
    }
  }

  private add(who: ReturnType<typeof person>, copies: number): number {
    const peer = this.peers++
    const { columns } = this
    if (peer >= columns.capacity) columns.reach(Math.ceil(columns.capacity * 1.25))
    columns.settle(peer, who, copies)
    columns.state[peer] = STATE.here
    columns.cameAt[peer] = this.now
    return peer
  }
}

/** A LEASE and its WELCOME. */
const LEASE_BYTES = 20
