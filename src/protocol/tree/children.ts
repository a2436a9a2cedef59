/**
 * Whom I send to: which stripes each child has, and how many slots are left. Granting is all there is to decide;
 * what is sent to whom follows from it.
 */

import { SAMPLE_ONE_IN } from '../limits.js'
import type { Refusal } from '../wire/message.js'
import {
  hasStripe,
  NO_STRIPES,
  oneStripe,
  stripeCount,
  stripeOf,
  type StripeSet,
  stripesIn
} from './stripes.js'

export interface SlotLimits {
  readonly stripes: number
  /** Slots in all. */
  readonly slots: number
  /** Slots for any one stripe: the origin must not spend all of its upload on one. */
  readonly slotsPerStripe: number
  /** Children in all, however few stripes each has: an origin may want to be known to few. Black holes among these few are
   * felt by all, so there is no bound by default. */
  readonly children: number
}

export interface Grant {
  readonly granted: StripeSet
  readonly refused: StripeSet
  readonly refusal: Refusal
  /** What the child did not have before: it is to be given these from the window. */
  readonly added: StripeSet
}

interface Child {
  stripes: StripeSet
  sample: boolean
}

export class Children {
  private readonly limits: SlotLimits
  private readonly children = new Map<number, Child>()
  private readonly usedByStripe: number[]
  private used = 0

  constructor(limits: SlotLimits) {
    this.limits = limits
    this.usedByStripe = new Array<number>(limits.stripes).fill(0)
  }

  /** Slots that a newcomer could have. */
  get freeSlots(): number {
    return this.count >= this.limits.children ? 0 : this.limits.slots - this.used
  }

  get hasSlots(): boolean {
    return this.used < this.limits.slots
  }

  /** Slots that this link could have: who is a child already may take more. */
  freeSlotsFor(link: number): number {
    return this.hasPlaceFor(link) ? this.limits.slots - this.used : 0
  }

  /** Whether this link is a child already, or there may be one child more. */
  hasPlaceFor(link: number): boolean {
    return this.stripesOf(link) !== NO_STRIPES || this.count < this.limits.children
  }

  /** Children that have at least one stripe. */
  get count(): number {
    let count = 0
    for (const child of this.children.values()) if (child.stripes !== NO_STRIPES) count++
    return count
  }

  stripesOf(link: number): StripeSet {
    return this.children.get(link)?.stripes ?? NO_STRIPES
  }

  /** Whether this link takes anything of us, be it samples only. */
  isServed(link: number): boolean {
    const child = this.children.get(link)
    return child !== undefined && (child.stripes !== NO_STRIPES || child.sample)
  }

  /**
   * Sets what a child has, as far as slots allow. Stripes that it had stay granted: a child is never robbed by its
   * own request.
   *
   * @param obstacle why a stripe cannot be granted whatever the slots, or undefined.
   */
  request(
    link: number,
    wanted: StripeSet,
    sample: boolean,
    obstacle: (stripe: number) => Refusal | undefined
  ): Grant {
    const before = this.stripesOf(link)
    const hasPlace = this.hasPlaceFor(link)
    this.release(link)
    // What it keeps has its slots before anything new is given out, or both would be counted on one slot.
    let granted = NO_STRIPES
    for (const stripe of stripesIn(wanted & before)) granted |= this.occupy(stripe)
    let refused = NO_STRIPES
    let refusal: Refusal = 'full'
    for (const stripe of stripesIn(wanted & ~before)) {
      const problem = this.problem(stripe, obstacle) ?? (hasPlace ? undefined : 'full')
      if (problem === undefined) {
        granted |= this.occupy(stripe)
      } else {
        refused |= oneStripe(stripe)
        refusal = problem
      }
    }
    if (granted !== NO_STRIPES || sample) this.children.set(link, { stripes: granted, sample })
    return { granted, refused, refusal, added: granted & ~before }
  }

  /** The link is gone, or wants nothing more. */
  release(link: number): void {
    const child = this.children.get(link)
    if (child === undefined) return
    this.take(link, child.stripes)
    this.children.delete(link)
  }

  /** Takes stripes that a child has from it. @returns what is left to it */
  take(link: number, stripes: StripeSet): StripeSet {
    const child = this.children.get(link)!
    for (const stripe of stripesIn(stripes)) this.usedByStripe[stripe]!--
    this.used -= stripeCount(stripes)
    return (child.stripes &= ~stripes)
  }

  /** Slots that these links have. */
  usedBy(belongs: (link: number) => boolean): number {
    let used = 0
    for (const [link, { stripes }] of this.children) if (belongs(link)) used += stripeCount(stripes)
    return used
  }

  /** Links that have this stripe. */
  *withStripe(stripe: number): Generator<number> {
    for (const [link, child] of this.children) if (hasStripe(child.stripes, stripe)) yield link
  }

  /**
   * Links that are to get the packet of this sequence: all with its stripe, and those whose sample it is. Samples go
   * out on free slots only: who is full could not take on a spare's child, and must not upload more than it offers.
   */
  *receiversOf(sequence: number): Generator<number> {
    const stripe = stripeOf(sequence, this.limits.stripes)
    let samples = isSample(sequence) ? Math.floor((this.freeSlots * SAMPLE_ONE_IN) / this.limits.stripes) : 0
    for (const [link, child] of this.children) {
      if (hasStripe(child.stripes, stripe)) yield link
      else if (child.sample && samples-- > 0) yield link
    }
  }

  private occupy(stripe: number): StripeSet {
    this.used++
    this.usedByStripe[stripe]!++
    return oneStripe(stripe)
  }

  private problem(stripe: number, obstacle: (stripe: number) => Refusal | undefined): Refusal | undefined {
    const { stripes, slots, slotsPerStripe } = this.limits
    if (stripe >= stripes) return 'not-fed'
    const other = obstacle(stripe)
    if (other !== undefined) return other
    return this.used >= slots || this.usedByStripe[stripe]! >= slotsPerStripe ? 'full' : undefined
  }
}

/** One sequence in {@link SAMPLE_ONE_IN}, moving on by one each time so that every stripe has its turn. */
export function isSample(sequence: number): boolean {
  return sequence % SAMPLE_ONE_IN === Math.floor(sequence / SAMPLE_ONE_IN) % SAMPLE_ONE_IN
}
