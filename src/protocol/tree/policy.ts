/**
 * The choices of the tree, as pure functions of what is known. They are plain for now: spread the stripes, prefer
 * who is near the origin, follow refusals. Better ones replace them here and nowhere else.
 */

import type { Random } from '../random.js'
import { UNFED_DEPTH } from './feeds.js'
import { oneStripe, type StripeSet, stripeCount, stripesIn } from './stripes.js'

/** A link that could become a parent. */
export interface Option {
  readonly link: number
  /** Slots that it said to have. */
  readonly freeSlots: number
  /** Links between the origin and it; 255 while it is not fed. */
  readonly depth: number
  /** Stripes that it already feeds or is asked for. */
  readonly feeding: StripeSet
  /** Stripes that it refused, or let stall, not long ago. */
  readonly avoid: StripeSet
}

/**
 * Deals stripes out among parents: each to a parent that is fed and has a free slot, the one that carries fewest of
 * our stripes first, the nearest to the origin among equals, then by lot.
 *
 * @returns the new stripes for each link; stripes that nobody can take are left out.
 */
export function dealStripes(orphans: StripeSet, options: readonly Option[], random: Random): Map<number, StripeSet> {
  const dealt = new Map<number, StripeSet>()
  for (const stripe of random.sample(stripesIn(orphans), Infinity)) {
    const open = options.filter((option) => {
      const more = stripeCount(dealt.get(option.link) ?? 0)
      return option.depth < UNFED_DEPTH && option.freeSlots > more && (option.avoid & oneStripe(stripe)) === 0
    })
    const load = (option: Option): number => stripeCount(option.feeding | (dealt.get(option.link) ?? 0))
    const chosen = best(open, (option) => load(option) * (UNFED_DEPTH + 1) + option.depth, random)
    if (chosen !== undefined) dealt.set(chosen.link, (dealt.get(chosen.link) ?? 0) | oneStripe(stripe))
  }
  return dealt
}

/** The links that make the best spares: fed, with room, near the origin. */
export function chooseSpares(options: readonly Option[], count: number, random: Random): number[] {
  const fed = options.filter((option) => option.depth < UNFED_DEPTH && option.freeSlots > 0)
  const chosen: number[] = []
  while (chosen.length < count) {
    const next = best(
      fed.filter((option) => !chosen.includes(option.link)),
      (option) => option.depth,
      random
    )
    if (next === undefined) break
    chosen.push(next.link)
  }
  return chosen
}

/** The item of the lowest cost; by lot among equals. */
function best<T>(items: readonly T[], cost: (item: T) => number, random: Random): T | undefined {
  let lowest = Infinity
  let ties: T[] = []
  for (const item of items) {
    const c = cost(item)
    if (c < lowest) {
      lowest = c
      ties = [item]
    } else if (c === lowest) ties.push(item)
  }
  return ties.length > 1 ? ties[random.below(ties.length)] : ties[0]
}
