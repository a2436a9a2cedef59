/** One host in the world: who it is, how it is, and what it may do. */

import type { Random } from '../protocol/random.js'
import type { Person } from './crowd.js'
import type { Hostility } from './scenario/scenario.js'
import type { Host, Participant } from './topology.js'
import type { World } from './world.js'
import { shown } from './clock.js'

export type Role = 'origin' | 'tracker' | 'root' | 'listener'

export class Member implements Host {
  readonly self: number
  readonly role: Role
  readonly person: Person
  readonly random: Random
  readonly copies: number
  readonly joinedAt: number
  readonly ticket: unknown
  participant!: Participant
  /** Ends of its open links. */
  readonly ends = new Set<number>()
  isHere = true
  /** It has left after hearing the show's end. */
  hasFinished = false
  leftAt = Infinity
  isFrozen = false
  /** Passes no packet on. */
  isBlackHole = false
  /** What reached it while it was frozen. */
  readonly waiting: (() => void)[] = []
  /** When it wants to be woken, and when the event comes by which it will be; true time. */
  wanted = Infinity
  planned = Infinity
  /** When its processor is free again. */
  busyUntil = 0
  private readonly world: World

  constructor(
    world: World,
    given: {
      self: number
      role: Role
      person: Person
      random: Random
      copies: number
      joinedAt: number
      ticket: unknown
    }
  ) {
    this.world = world
    this.self = given.self
    this.role = given.role
    this.person = given.person
    this.random = given.random
    this.copies = given.copies
    this.joinedAt = given.joinedAt
    this.ticket = given.ticket
  }

  get isOrigin(): boolean {
    return this.role === 'origin'
  }

  get isRoot(): boolean {
    return this.role === 'root'
  }

  get isListener(): boolean {
    return this.role === 'listener'
  }

  get hostility(): Hostility | undefined {
    return this.person.hostility
  }

  get isCheating(): boolean {
    const { fromS = -Infinity } = this.world.scenario.crowd.hostile
    return this.hostility !== undefined && this.world.showMs >= fromS * 1000
  }

  get now(): number {
    return shown(this.person.clock, this.world.now)
  }

  get packetMs(): number {
    return this.world.scenario.show.packetMs
  }

  get bufferMs(): number {
    return this.world.scenario.listeners.bufferMs
  }

  findPeers(count: number): void {
    this.world.findPeers(this, count)
  }

  connect(peer: number): void {
    this.world.connect(this, peer)
  }

  close(link: number): void {
    this.world.close(this, link)
  }

  send(link: number, message: unknown, bytes: number): void {
    this.world.send(this, link, message, bytes)
  }

  sendPacket(link: number, sequence: number, hops: number, bytes?: Uint8Array): void {
    this.world.sendPacket(this, link, sequence, hops, bytes)
  }

  wakeAt(at: number): void {
    this.world.wakeAt(this, at)
  }

  countBad(): void {
    this.world.counters.bad++
  }

  hear(sequence: number, hops: number): boolean {
    return this.world.hear(this, sequence, hops)
  }

  after(ms: number, call: () => void): void {
    this.world.after(this, ms, call)
  }

  finished(): void {
    this.world.finished(this)
  }

  work(ms: number): number {
    return this.world.work(this, ms)
  }
}
