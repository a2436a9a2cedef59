/**
 * Stripes and sets of them. Stripe `i` of `count` holds the packets whose sequence is `i` mod `count`. A set is a
 * bit mask, so that subscription, union and difference are one operation each.
 */

/** Bit `i` stands for stripe `i`; 0…2^16−1. */
export type StripeSet = number

export const NO_STRIPES: StripeSet = 0

export function stripeOf(sequence: number, count: number): number {
  return sequence % count
}

export function allStripes(count: number): StripeSet {
  return 2 ** count - 1
}

export function oneStripe(stripe: number): StripeSet {
  return 1 << stripe
}

export function hasStripe(set: StripeSet, stripe: number): boolean {
  return (set & (1 << stripe)) !== 0
}

/** How many stripes are in the set. */
export function stripeCount(set: StripeSet): number {
  let count = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) count++
  return count
}

export function stripesIn(set: StripeSet): number[] {
  const stripes: number[] = []
  for (let stripe = 0; set >>> stripe !== 0; stripe++) if (hasStripe(set, stripe)) stripes.push(stripe)
  return stripes
}
