/**
 * A show in virtual time: joins the crowd, the network, the topology and its faults, and counts what happens. One seed fixes
 * everything; nothing here knows what a topology is made of.
 */

import { DIAL_TIMEOUT_MS } from '../protocol/limits.js'
import { SamplingPool } from '../protocol/sampling-pool.js'
import { Attendance } from './attendance.js'
import { Counters } from './counters.js'
import { arrivals, type Person } from './crowd.js'
import { trueTime } from './clock.js'
import { mix, stream } from './draws.js'
import { Ears } from './ears.js'
import { EventQueue, HORIZON_MS } from './event-queue.js'
import { packetBytesOf } from './frames.js'
import { EVENT, hopsIn, packetNumber, sequenceIn, type Task } from './happening.js'
import { Member, type Role } from './member.js'
import { LOST, Network } from './network.js'
import type { Scenario } from './scenario/scenario.js'
import type { Participant, Setting, Topology } from './topology.js'

/** The show begins so long after the world, ms: for those who come early. */
export const LEAD_MS = 120_000

/** After its end there is time for what is on its way, to be heard, and for farewells; ms. */
const TAIL_MS = 10_000

/** Who falls silent is noticed by its links after so long: consent to send expires, RFC 7675. */
const SILENCE_MS = 30_000

/** Sees what happens, without changing it. */
export interface Observer {
  joined?(member: Member): void
  left?(member: Member): void
  /** Once a simulated second. */
  second?(world: World): void
}

export class World {
  readonly scenario: Scenario
  readonly seed: number
  readonly setting: Setting
  readonly ears: Ears
  readonly counters = new Counters()
  readonly network: Network
  /** By number. */
  readonly members: Member[] = []
  readonly queue = new EventQueue()
  readonly endMs: number
  private readonly observers: readonly Observer[]
  /** What a packet is on the wire, bytes. */
  readonly packetBytes: number
  /** Whether trackers can be reached. */
  areTrackersUp = true
  /** Of those who dial each kind of server, the share that a flood lets through. */
  readonly admits = { trackers: 1, origin: 1, roots: 1 }
  private readonly topology: Topology
  private readonly meeting
  private readonly flooding
  private readonly attendance: Attendance
  /** Peers that a tracker would name. */
  private readonly present = new SamplingPool<number>()

  constructor(scenario: Scenario, topology: Topology, seed: number, observers: readonly Observer[] = []) {
    this.scenario = scenario
    this.topology = topology
    this.seed = seed
    this.observers = observers
    const { seconds, packetMs, stripes } = scenario.show
    const packets = Math.floor((seconds * 1000) / packetMs)
    const { bufferMs, pace } = scenario.listeners
    this.ears = new Ears({ packetMs, packets, beginMs: LEAD_MS, bufferMs, pace, stripes })
    this.ears.isWell = (ear) => {
      const member = this.members[ear]
      return member?.isHere === true && !member.isFrozen && member.person.hostility === undefined
    }
    this.endMs = LEAD_MS + seconds * 1000 + TAIL_MS
    this.packetBytes = packetBytesOf(scenario.show)
    const { jitterMs, loss, duplicates, reordering } = scenario.network
    this.network = new Network(
      { jitterMs, lossBurst: loss.burst, duplicates, reordering },
      stream(seed, 'network')
    )
    this.meeting = stream(seed, 'meeting')
    this.flooding = stream(seed, 'flooding')
    const trackers = Array.from({ length: scenario.trackers }, (_, i) => i + 1)
    const roots = Array.from({ length: scenario.roots }, (_, i) => 1 + trackers.length + i)
    this.setting = { scenario, seed, packets, trackers, roots }
    this.attendance = new Attendance(this, arrivals(scenario, seed, LEAD_MS), this.endMs - TAIL_MS)
    this.attendance.begin()
    for (let q = 0; q < packets; q++) {
      this.queue.plan(Math.round(this.ears.madeAt(q)), EVENT.publish, q, 0, undefined)
    }
  }

  get now(): number {
    return this.queue.now
  }

  /** The show's time, ms; below 0 before it begins. */
  get showMs(): number {
    return this.now - LEAD_MS
  }

  /** Members that were not trackers, and are there. */
  *here(): Generator<Member> {
    for (const member of this.members) if (member.isHere && member.role !== 'tracker') yield member
  }

  /** Lets time pass up to a moment of the world, ms. */
  runTo(ms: number): void {
    this.queue.runTo(ms, this.handle)
  }

  /** Calls at a moment of the show, ms. */
  at(showMs: number, call: () => void): void {
    this.queue.plan(Math.round(LEAD_MS + showMs), EVENT.call, 0, 0, call)
  }

  /** Bytes of packets that a member has sent in this and the last few seconds. */
  recentOut(member: Member): number {
    return this.counters.recentOut(member.self)
  }

  // What members may do

  findPeers(member: Member, count: number): void {
    if (!this.areTrackersUp) return
    const roundTrip = this.network.roundTripMs(member.self, this.setting.trackers[0]!)
    this.plan(this.now + roundTrip, EVENT.found, member.self, count, undefined)
  }

  connect(member: Member, to: number): void {
    const { setupRtts, setupMs } = this.scenario.network
    const roundTrip = this.network.roundTripMs(member.self, to)
    if (!this.network.canConnect(member.self, to) || this.isDrowned(member, this.members[to]!)) {
      this.plan(this.now + DIAL_TIMEOUT_MS, EVENT.unreachable, member.self, to, undefined)
    } else {
      const takes = Math.min(DIAL_TIMEOUT_MS, setupRtts * roundTrip + 2 * setupMs)
      this.plan(this.now + takes, EVENT.dialled, member.self, to, undefined)
    }
  }

  close(member: Member, end: number): void {
    if (!member.ends.delete(end)) return
    this.network.closeAt(end)
    const arrives = this.network.control(end, 0, this.now)
    this.plan(arrives === LOST ? this.now + SILENCE_MS : arrives, EVENT.unlinked, end ^ 1, 0, undefined)
  }

  send(member: Member, end: number, message: unknown, bytes: number): void {
    if (!member.ends.has(end)) return
    const isOfTracker = this.memberAt(end ^ 1).role === 'tracker' || member.role === 'tracker'
    this.counters.control(member.self, bytes, isOfTracker)
    const arrives = this.network.control(end, bytes, this.now)
    if (arrives !== LOST) this.plan(arrives, EVENT.control, end ^ 1, bytes, message)
  }

  sendPacket(
    member: Member,
    end: number,
    sequence: number,
    hops: number,
    bytes: Uint8Array | undefined
  ): void {
    if (member.isBlackHole || !member.ends.has(end)) return
    const length = bytes?.length ?? this.packetBytes
    this.counters.data(member.self, length)
    const arrives = this.network.datagram(end, length, this.now)
    if (arrives === LOST) return
    const number = packetNumber(sequence, hops)
    this.plan(arrives, EVENT.packet, end ^ 1, number, bytes)
    if (this.network.isDuplicated()) this.plan(arrives + 1, EVENT.packet, end ^ 1, number, bytes)
  }

  wakeAt(member: Member, at: number): void {
    const { clock } = member.person
    let wanted = at === Infinity ? Infinity : Math.max(this.now, trueTime(clock, at))
    // Rounding must not wake it a hair too early, or it would ask again for the same moment, for ever.
    if (wanted === this.now && member.now < at) wanted++
    member.wanted = wanted
    if (wanted < member.planned) this.planWake(member)
  }

  hear(member: Member, sequence: number, hops: number): boolean {
    const isNew = this.ears.hear(member.self, sequence, hops, this.now)
    if (isNew) this.counters.fresh(member.self)
    return isNew
  }

  after(member: Member, ms: number, call: () => void): void {
    this.plan(this.now + ms, EVENT.task, 0, 0, { member, call } satisfies Task)
  }

  work(member: Member, ms: number): number {
    member.busyUntil = Math.max(member.busyUntil, this.now) + ms
    return Math.floor(member.busyUntil - this.now)
  }

  finished(member: Member): void {
    member.hasFinished = this.showMs >= this.scenario.show.seconds * 1000
    this.end(member, false)
  }

  // What happens to them

  /** The process ends. `isSilent`: nobody is told, and links hang until their ends notice. */
  end(member: Member, isSilent: boolean): void {
    if (!member.isHere) return
    member.isHere = false
    member.leftAt = this.now
    member.waiting.length = 0
    this.present.delete(member.self)
    for (const end of [...member.ends]) {
      if (isSilent) {
        member.ends.delete(end)
        this.network.closeAt(end)
        this.plan(this.now + SILENCE_MS, EVENT.unlinked, end ^ 1, 0, undefined)
      } else this.close(member, end)
    }
    for (const observer of this.observers) observer.left?.(member)
    this.attendance.left(member)
  }

  freeze(member: Member): void {
    member.isFrozen = true
  }

  /** What came meanwhile is heard now, all at once. */
  thaw(member: Member): void {
    member.isFrozen = false
    for (const call of member.waiting.splice(0)) if (member.isHere) call()
  }

  stopTrackers(): void {
    this.areTrackersUp = false
    for (const number of this.setting.trackers) {
      for (const end of [...this.members[number]!.ends]) this.close(this.members[number]!, end)
    }
  }

  /** Somebody is there from now on, and has yet to be started. */
  add(role: Role, who: Person, copies: number, ticket?: unknown): Member {
    const self = this.network.add(who.line)
    const random = stream(mix(this.seed, 'coin'), self)
    const member = new Member(this, { self, role, person: who, random, copies, joinedAt: this.now, ticket })
    this.members.push(member)
    this.counters.add(self)
    member.participant =
      role === 'tracker'
        ? (this.topology.track?.(member, this.setting) ?? IDLE)
        : this.topology.join(member, this.setting)
    if (role !== 'tracker') this.present.add(self)
    for (const observer of this.observers) observer.joined?.(member)
    return member
  }

  private depart(member: Member): void {
    if (!member.isHere) return
    if (!member.person.vanishes && !member.isFrozen) member.participant.leave?.()
    this.end(member, member.person.vanishes)
  }

  private dialled(from: Member, to: Member): void {
    if (!from.isHere) return
    const isUp = to.role !== 'tracker' || this.areTrackersUp
    if (!to.isHere || to.isFrozen || !isUp) {
      const isSilent = to.isFrozen || (!to.isHere && to.person.vanishes)
      const at = isSilent ? this.now + DIAL_TIMEOUT_MS : this.now
      this.plan(at, EVENT.unreachable, from.self, to.self, undefined)
      return
    }
    const end = this.network.open(from.self, to.self)
    from.ends.add(end)
    to.ends.add(end + 1)
    to.participant.linked?.(end + 1, from.self, false)
    this.whenAwake(from, () => from.participant.linked?.(end, to.self, true))
  }

  private found(member: Member, count: number): void {
    if (!this.areTrackersUp) return
    const peers: number[] = []
    for (const peer of this.present.draw(this.meeting)) {
      if (peers.length >= count) break
      if (peer !== member.self) peers.push(peer)
    }
    this.counters.control(member.self, 32 * (1 + peers.length), true)
    member.participant.found?.(peers)
  }

  /** Whether a dial is lost in a flood. Those who have dialled each other before, the origin and its roots, are told apart from it. */
  private isDrowned(from: Member, { role }: Member): boolean {
    if (from.role !== 'listener' || role === 'listener') return false
    const admits = this.admits[role === 'tracker' ? 'trackers' : role === 'root' ? 'roots' : 'origin']
    return admits < 1 && this.flooding.unit() >= admits
  }

  private memberAt(end: number): Member {
    return this.members[this.network.hostAt(end)]!
  }

  private readonly handle = (kind: number, a: number, b: number, payload: unknown): void => {
    switch (kind) {
      case EVENT.packet: {
        if (!this.network.isOpenAt(a)) return
        const member = this.memberAt(a)
        if (member.isFrozen) member.waiting.push(() => this.handle(kind, a, b, payload))
        else {
          this.counters.arrived(member.self)
          member.participant.packet(a, sequenceIn(b), hopsIn(b), payload as Uint8Array | undefined)
        }
        return
      }
      case EVENT.control: {
        if (!this.network.isOpenAt(a)) return
        const member = this.memberAt(a)
        if (member.isFrozen) member.waiting.push(() => this.handle(kind, a, b, payload))
        else member.participant.received?.(a, payload)
        return
      }
      case EVENT.wake: {
        const member = this.members[a]!
        if (member.planned !== this.now || !member.isHere) return
        member.planned = Infinity
        if (member.wanted > this.now) this.planWake(member)
        else {
          member.wanted = Infinity
          if (member.isFrozen) member.waiting.push(() => member.participant.woken?.())
          else member.participant.woken?.()
        }
        return
      }
      case EVENT.task: {
        const { member, call } = payload as Task
        if (member.isHere) this.whenAwake(member, call)
        return
      }
      case EVENT.publish:
        this.members[0]!.participant.published?.(a)
        return
      case EVENT.dialled:
        this.dialled(this.members[a]!, this.members[b]!)
        return
      case EVENT.unreachable: {
        const member = this.members[a]!
        if (member.isHere) this.whenAwake(member, () => member.participant.unreachable?.(b))
        return
      }
      case EVENT.unlinked: {
        const member = this.memberAt(a)
        // What came before the end waits in the socket, too, and is read before it.
        this.whenAwake(member, () => {
          this.network.closeAt(a)
          if (member.ends.delete(a) && member.isHere) member.participant.unlinked?.(a)
        })
        return
      }
      case EVENT.found: {
        const member = this.members[a]!
        if (member.isHere) this.whenAwake(member, () => this.found(member, b))
        return
      }
      case EVENT.arrive:
        this.attendance.arrive(a === 0 ? undefined : a - 1)
        return
      case EVENT.leave:
        this.depart(this.members[a]!)
        return
      case EVENT.call:
        ;(payload as () => void)()
        return
    }
  }

  private planWake(member: Member): void {
    member.planned = Math.min(member.wanted, this.now + HORIZON_MS)
    if (member.wanted === Infinity) member.planned = Infinity
    else this.queue.plan(member.planned, EVENT.wake, member.self, 0, undefined)
  }

  /** What happens to a frozen process waits in its sockets. */
  private whenAwake(member: Member, call: () => void): void {
    if (member.isFrozen) member.waiting.push(call)
    else call()
  }

  private plan(at: number, kind: number, a: number, b: number, payload: unknown): void {
    this.queue.plan(Math.max(this.now, Math.round(at)), kind, a, b, payload)
  }
}

/** A tracker of a topology that has none of its own: the world itself answers. */
const IDLE: Participant = { packet: () => undefined }
