/**
 * What will happen, in the order of its time: a timing wheel of 1 ms slots on typed arrays. An event is four numbers and
 * perhaps an object, so that millions of them cost no garbage.
 *
 * Two levels, as in Varghese and Lauck, "Hashed and hierarchical timing wheels" (SOSP 1987): a slot for every
 * millisecond of the block that runs now, and one for every later block of 4.1 s. When a block begins, its
 * events are dealt out to their milliseconds. Both are first in, first out, so that events of the same millisecond
 * happen in the order in which they were planned: the order is a function of the seed.
 */

const BLOCK_BITS = 12
const BLOCK_MS = 1 << BLOCK_BITS
const BLOCK_MASK = BLOCK_MS - 1

/** Blocks ahead that can be planned for: 4.6 hours. */
const BLOCKS = 4096

const NOTHING = -1

/** The furthest ahead that an event can be planned, ms. */
export const HORIZON_MS = BLOCK_MS * (BLOCKS - 1)

/** Takes an event when its time has come. */
export type Handler = (kind: number, a: number, b: number, payload: unknown) => void

export class EventQueue {
  /** The time, ms: that of the event being handled. Never runs backwards. */
  now = 0
  /** Events handled since the start. */
  handled = 0
  private pending = 0
  private capacity = 1024
  private at = new Uint32Array(this.capacity)
  private kind = new Uint8Array(this.capacity)
  private a = new Int32Array(this.capacity)
  private b = new Int32Array(this.capacity)
  private next = new Int32Array(this.capacity)
  private readonly payload: unknown[] = []
  private free = NOTHING
  private used = 0
  private readonly firstOfMs = new Int32Array(BLOCK_MS).fill(NOTHING)
  private readonly lastOfMs = new Int32Array(BLOCK_MS).fill(NOTHING)
  private readonly firstOfBlock = new Int32Array(BLOCKS).fill(NOTHING)
  private readonly lastOfBlock = new Int32Array(BLOCKS).fill(NOTHING)
  private block = 0

  /** Events that have not happened yet. */
  get size(): number {
    return this.pending
  }

  /**
   * Plans an event.
   *
   * @param at whole ms, not before `now`
   * @param kind 0…255
   * @param a and `b`: any 32-bit integers
   * @throws RangeError if the time has passed or lies beyond {@link HORIZON_MS}
   */
  plan(at: number, kind: number, a: number, b: number, payload: unknown): void {
    if (!(at >= this.now && at - this.now <= HORIZON_MS)) {
      throw new RangeError(`an event at ${at} ms cannot be planned at ${this.now} ms`)
    }
    const event = this.allocate()
    this.at[event] = at
    this.kind[event] = kind
    this.a[event] = a
    this.b[event] = b
    this.payload[event] = payload
    this.pending++
    this.put(event, at)
  }

  /** Lets time pass up to and including `end`, ms; what is planned meanwhile for that time happens as well. */
  runTo(end: number, handle: Handler): void {
    const { firstOfMs } = this
    for (;;) {
      const slot = this.now & BLOCK_MASK
      for (let event = firstOfMs[slot]!; event !== NOTHING; event = firstOfMs[slot]!) {
        firstOfMs[slot] = this.next[event]!
        if (firstOfMs[slot] === NOTHING) this.lastOfMs[slot] = NOTHING
        const kind = this.kind[event]!
        const a = this.a[event]!
        const b = this.b[event]!
        const payload = this.payload[event]
        this.payload[event] = undefined
        this.next[event] = this.free
        this.free = event
        this.pending--
        this.handled++
        handle(kind, a, b, payload)
      }
      if (this.now >= end) return
      this.now++
      if ((this.now & BLOCK_MASK) === 0) this.beginBlock()
    }
  }

  private beginBlock(): void {
    this.block = this.now >>> BLOCK_BITS
    const slot = this.block % BLOCKS
    let event = this.firstOfBlock[slot]!
    this.firstOfBlock[slot] = NOTHING
    this.lastOfBlock[slot] = NOTHING
    while (event !== NOTHING) {
      const following = this.next[event]!
      append(this.firstOfMs, this.lastOfMs, this.next, this.at[event]! & BLOCK_MASK, event)
      event = following
    }
  }

  private put(event: number, at: number): void {
    const block = at >>> BLOCK_BITS
    if (block === this.block) append(this.firstOfMs, this.lastOfMs, this.next, at & BLOCK_MASK, event)
    else append(this.firstOfBlock, this.lastOfBlock, this.next, block % BLOCKS, event)
  }

  private allocate(): number {
    if (this.free !== NOTHING) {
      const event = this.free
      this.free = this.next[event]!
      return event
    }
    if (this.used === this.capacity) this.grow()
    return this.used++
  }

  private grow(): void {
    this.capacity *= 2
    this.at = larger(this.at, new Uint32Array(this.capacity))
    this.kind = larger(this.kind, new Uint8Array(this.capacity))
    this.a = larger(this.a, new Int32Array(this.capacity))
    this.b = larger(this.b, new Int32Array(this.capacity))
    this.next = larger(this.next, new Int32Array(this.capacity))
  }
}

function append(first: Int32Array, last: Int32Array, next: Int32Array, slot: number, event: number): void {
  next[event] = NOTHING
  const before = last[slot]!
  if (before === NOTHING) first[slot] = event
  else next[before] = event
  last[slot] = event
}

function larger<T extends Uint32Array | Uint8Array | Int32Array>(old: T, grown: T): T {
  grown.set(old)
  return grown
}
