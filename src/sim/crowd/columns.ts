/**
 * What is known of each peer, as columns of numbers: no object a peer. With four stripes a peer takes {@link bytesPerPeer} bytes;
 * what is on its way (events, those who are about to join) comes on top.
 *
 * Peers are numbered as they come, the origin is 0, roots follow. A number is never given to anybody else.
 */

import type { Person } from '../crowd.js'

export const NOBODY = -1
export const NEVER = -1

/** The depth of who is not fed, as `tree/feeds.ts` has it. */
export const UNFED = 255

/** Bits of `traits`: what a peer is for as long as it lives. The two highest are its NAT. */
export const TRAIT = { leaf: 1, mobile: 2, vanishes: 4, root: 8, ticket: 16, server: 32 } as const
export const NAT_SHIFT = 6

/** Bits of `state`. */
export const STATE = {
  here: 1,
  /** Has begun to hear. */
  hears: 2,
  /** Takes packets and passes none on; and so does who is frozen, which does not even answer. */
  blackHole: 4,
  frozen: 8,
  slow: 16,
  /** A tracker is about to be told how it is. */
  telling: 32,
  /** Somebody already looks after its links. */
  tended: 64,
  /** Looks for peers to be fed by. */
  hungry: 128,
  /** A parent has refused what was asked of it. */
  refused: 256
} as const

/** Numbers to a peer in `line`: x and y in 64ths of a ms, the access delay in 16ths, and the upload in kbit/s; the last two without
 * sign. */
export const LINE = 4
export const PLACE_SCALE = 64
export const ACCESS_SCALE = 16

/** 64 Mbit/s: beyond it a packet takes nothing. */
const MOST_KBPS = 65_535

/** Spares that are remembered of each peer: one more would pass 100 bytes a peer. What the others send is counted with theirs. */
export const SPARES = 2

type Column = Int32Array | Int16Array | Uint16Array | Uint8Array | Float32Array

export class Columns {
  readonly stripes: number
  capacity: number
  /** By peer and stripe: who feeds it, its first child, and the next child of the same parent. */
  parent!: Int32Array
  firstChild!: Int32Array
  nextSibling!: Int32Array
  /** By peer and stripe: links between the origin and it. */
  depth!: Uint8Array
  /** By peer, {@link SPARES} each. */
  spare!: Int32Array
  /** How many have it as a spare. */
  spareOf!: Uint8Array
  /** Stripes that it has asked somebody for. */
  asked!: Uint16Array
  slots!: Uint16Array
  used!: Uint16Array
  /** By peer {@link LINE} numbers, beside each other as they are read together: where it is, its access delay, its upload. */
  line!: Int16Array
  traits!: Uint8Array
  state!: Uint16Array
  /** ms of the world. */
  cameAt!: Int32Array
  /** When its first sound is heard; as long as it does not hear, the latest that anything comes that it waits for. */
  soundAt!: Int32Array
  /** Packets that came too late. */
  late!: Float32Array
  /** Where it stands in the pool of those that a tracker may name. */
  place!: Int32Array
  /** Packets that it has passed on. */
  sent!: Float32Array
  /** By how much whatever it sends comes late, ms; empty where no scenario slows anybody. */
  slowMs = new Uint16Array(0)

  constructor(capacity: number, stripes: number) {
    this.capacity = 0
    this.stripes = stripes
    this.reach(capacity)
  }

  get bytesPerPeer(): number {
    let bytes = 0
    for (const { column } of this.all()) bytes += column.byteLength
    return bytes / this.capacity
  }

  /** Makes room for so many peers. */
  reach(capacity: number): void {
    if (capacity <= this.capacity) return
    const old = this.capacity === 0 ? undefined : this.all()
    const { stripes: s } = this
    this.capacity = capacity
    this.parent = new Int32Array(shared(capacity * s * 4)).fill(NOBODY)
    this.firstChild = new Int32Array(shared(capacity * s * 4)).fill(NOBODY)
    this.nextSibling = new Int32Array(shared(capacity * s * 4)).fill(NOBODY)
    this.depth = new Uint8Array(shared(capacity * s)).fill(UNFED)
    this.spare = new Int32Array(shared(capacity * SPARES * 4)).fill(NOBODY)
    this.spareOf = new Uint8Array(shared(capacity))
    this.asked = new Uint16Array(shared(capacity * 2))
    this.slots = new Uint16Array(shared(capacity * 2))
    this.used = new Uint16Array(shared(capacity * 2))
    this.line = new Int16Array(shared(capacity * LINE * 2))
    this.traits = new Uint8Array(shared(capacity))
    this.state = new Uint16Array(shared(capacity * 2))
    this.cameAt = new Int32Array(shared(capacity * 4))
    this.soundAt = new Int32Array(shared(capacity * 4)).fill(NEVER)
    this.late = new Float32Array(shared(capacity * 4))
    this.place = new Int32Array(shared(capacity * 4)).fill(NOBODY)
    this.sent = new Float32Array(shared(capacity * 4))
    old?.forEach(({ name, column }) => this[name].set(column))
  }

  all(): { readonly name: ColumnName; readonly column: Column }[] {
    return COLUMN_NAMES.map((name) => ({ name, column: this[name] }))
  }

  /** Puts a person in its place. @param copies that it may upload */
  settle(peer: number, { line, ...who }: Person, copies: number): void {
    const { x, y, accessMs } = line.place
    const at = peer * LINE
    this.line[at] = Math.round(x * PLACE_SCALE)
    this.line[at + 1] = Math.round(y * PLACE_SCALE)
    this.line[at + 2] = Math.min(0xffff, Math.round(accessMs * ACCESS_SCALE))
    this.line[at + 3] = Math.max(1, Math.min(MOST_KBPS, line.uplinkKbps))
    this.slots[peer] = Math.min(0xffff, Math.floor(copies * this.stripes))
    this.traits[peer] =
      (copies === 0 ? TRAIT.leaf : 0) |
      (who.isMobile ? TRAIT.mobile : 0) |
      (who.vanishes ? TRAIT.vanishes : 0) |
      (who.hasTicket ? TRAIT.ticket : 0) |
      (line.loss === 0 ? TRAIT.server : 0) |
      (line.nat << NAT_SHIFT)
  }

  roundTripMs(a: number, b: number): number {
    const { line } = this
    const x = line[a * LINE]! - line[b * LINE]!
    const y = line[a * LINE + 1]! - line[b * LINE + 1]!
    const access = (line[a * LINE + 2]! & 0xffff) + (line[b * LINE + 2]! & 0xffff)
    return Math.sqrt(x * x + y * y) / PLACE_SCALE + access / ACCESS_SCALE
  }

  placeOf(peer: number): { readonly x: number; readonly y: number; readonly accessMs: number } {
    const at = peer * LINE
    return {
      x: this.line[at]! / PLACE_SCALE,
      y: this.line[at + 1]! / PLACE_SCALE,
      accessMs: (this.line[at + 2]! & 0xffff) / ACCESS_SCALE
    }
  }

  uplinkKbpsOf(peer: number): number {
    return this.line[peer * LINE + 3]! & 0xffff
  }

  isHere(peer: number): boolean {
    return (this.state[peer]! & STATE.here) !== 0
  }

  isLeaf(peer: number): boolean {
    return (this.traits[peer]! & TRAIT.leaf) !== 0
  }

  is(peer: number, state: number): boolean {
    return (this.state[peer]! & state) !== 0
  }

  /** How deep it stands as others are told: its longest path, {@link UNFED} if nothing comes. */
  depthOf(peer: number): number {
    if (peer === 0) return 0
    let deepest = 0
    const at = peer * this.stripes
    for (let i = at; i < at + this.stripes; i++) {
      const depth = this.depth[i]!
      if (depth !== UNFED && this.parent[i] !== NOBODY && depth > deepest) deepest = depth
    }
    return deepest === 0 ? UNFED : deepest
  }

  freeSlots(peer: number): number {
    return this.slots[peer]! - this.used[peer]!
  }
}

const COLUMN_NAMES = [
  'parent',
  'firstChild',
  'nextSibling',
  'depth',
  'spare',
  'spareOf',
  'asked',
  'slots',
  'used',
  'line',
  'traits',
  'state',
  'cameAt',
  'soundAt',
  'late',
  'place',
  'sent'
] as const
export type ColumnName = (typeof COLUMN_NAMES)[number]

/** Seen by all threads where there are any; pages that are not isolated have none. */
function shared(bytes: number): ArrayBuffer {
  return (
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes)
  ) as ArrayBuffer
}
