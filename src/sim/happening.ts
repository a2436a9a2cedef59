/** What the world's queue holds: kinds of happenings, each with two numbers and a payload. */

import type { Member } from './member.js'

export const EVENT = {
  /** Somebody comes. */
  arrive: 0,
  /** A member's time is up. */
  leave: 1,
  /** A member's own deadline. */
  wake: 2,
  /** A message comes to an end of a link; its bytes. */
  control: 3,
  /** A packet does; sequence and hops. */
  packet: 4,
  /** A member's dial to another comes through. */
  dialled: 5,
  unreachable: 6,
  /** An end of a link hears that the other is gone. */
  unlinked: 7,
  /** A tracker's answer to a member; how many it asked for. */
  found: 8,
  /** The origin makes a packet. */
  publish: 9,
  /** A {@link Task}. */
  task: 10,
  /** A function of the world's own. */
  call: 11
} as const

/** Hops that fit beside a sequence into an event's number. */
const HOPS_BITS = 6
const HOPS_MASK = (1 << HOPS_BITS) - 1

export function packetNumber(sequence: number, hops: number): number {
  return (sequence << HOPS_BITS) | Math.min(hops, HOPS_MASK)
}

export function sequenceIn(number: number): number {
  return number >>> HOPS_BITS
}

export function hopsIn(number: number): number {
  return number & HOPS_MASK
}

/** What a member has put off. */
export interface Task {
  readonly member: Member
  readonly call: () => void
}
