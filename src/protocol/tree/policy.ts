/**
 * The choices of the tree, as pure functions of what is known. They are plain for now: spread the stripes, prefer
 * who is near the origin, follow refusals. Better ones replace them here and nowhere else.
 */

import type { Random } from '../random.js'
import { UNFED_DEPTH } from './feeds.js'
import { hasStripe, oneStripe, type StripeSet, stripeCount, stripesIn } from './stripes.js'

/** A link that could become a parent. */
export interface Option {
  readonly link: number
  /** Slots that it said to have. */
  readonly freeSlots: number
  /** Links between the origin and it; 255 while it is not fed. */
  readonly depth: number
  /** Stripes that it already feeds or is asked for. */
  readonly feeding: StripeSet
  /** Stripes that it refused not long ago. */
  readonly refused: StripeSet
  /** Stripes that it let stall not long ago. */
  readonly stalled: StripeSet
  /** It should be sending, and nothing has come for too long. */
  readonly silent: boolean
  /** When it last sent a packet, ms. */
  readonly heardAt: number
  /** It has sent a packet of this show at least once: what it says of itself may be true. */
  readonly hasProved: boolean
}

/** Whether a link could become the parent of anything at all. */
export function isUsable(option: Pick<Option, 'freeSlots' | 'depth'>): boolean {
  return option.freeSlots > 0 && option.depth < UNFED_DEPTH
}

/**
 * Deals stripes out among parents: each to a parent that is fed and has a free slot, the one that carries fewest of
 * our stripes first, the nearest to the origin among equals, then by lot. Who is silent, or let this stripe stall, comes
 * after all others.
 *
 * @param since Whoever has sent something after this moment comes before all others, however much it carries: what has made
 *   some fall silent has not befallen it.
 * @returns the new stripes for each link; stripes that nobody can take are left out.
 */
export function dealStripes(
  orphans: StripeSet,
  options: readonly Option[],
  random: Random,
  since = -Infinity
): Map<number, StripeSet> {
  const dealt = new Map<number, StripeSet>()
  const anyHasProved = options.some(({ hasProved, stalled }) => hasProved && stalled === 0)
  for (const stripe of random.sample(stripesIn(orphans), Infinity)) {
    const open = options.filter((option) => {
      const more = stripeCount(dealt.get(option.link) ?? 0)
      return isUsable(option) && option.freeSlots > more && !hasStripe(option.refused, stripe)
    })
    const cost = (option: Option): number => {
      const load = stripeCount(option.feeding | (dealt.get(option.link) ?? 0))
      const doubtful = option.silent || hasStripe(option.stalled, stripe)
      const unproven = option.heardAt <= since || (anyHasProved && !option.hasProved)
      return (doubtful ? DOUBTFUL : 0) + (unproven ? UNPROVEN : 0) + load * (UNFED_DEPTH + 1) + option.depth
    }
    const chosen = best(open, cost, random)
    if (chosen !== undefined) dealt.set(chosen.link, (dealt.get(chosen.link) ?? 0) | oneStripe(stripe))
  }
  return dealt
}

/** More than any load and depth. */
const UNPROVEN = 2 ** 15
const DOUBTFUL = 2 ** 16

/** The links that make the best spares: near the origin, and never known to stall. */
export function chooseSpares(options: readonly Option[], count: number, random: Random): number[] {
  const chosen: number[] = []
  while (chosen.length < count) {
    const next = best(
      options.filter((option) => !chosen.includes(option.link)),
      (option) => (option.stalled === 0 ? 0 : DOUBTFUL) + option.depth,
      random
    )
    if (next === undefined) break
    chosen.push(next.link)
  }
  return chosen
}

export interface Move {
  readonly from: number
  readonly to: number
  readonly stripes: StripeSet
}

/** A way up that is shorter by so many links is worth a move. One alone would come and go with every change above. */
const WORTH_LINKS = 2

/**
 * What would make the ways up better: while there are too few parents, one stripe of who carries most; otherwise the stripe with
 * the longest way, if one is there that stands much higher. To a link that carries nothing yet, and with it nothing gets
 * worse: it stands no deeper, has sent something, and is not known to stall.
 *
 * @param depths how many links each stripe passes to get here
 * @returns undefined where nothing would
 */
export function chooseMove(
  options: readonly Option[],
  depths: readonly number[],
  parents: number,
  random: Random
): Move | undefined {
  const feeding = options.filter((option) => option.feeding !== 0)
  const from =
    feeding.length < parents
      ? best(feeding, (option) => -stripeCount(option.feeding), random)
      : best(feeding, (option) => -deepest(option.feeding, depths), random)
  if (from === undefined) return undefined
  const isSpreading = feeding.length < parents && stripeCount(from.feeding) > 1
  const most = isSpreading ? from.depth : deepest(from.feeding, depths) - 1 - WORTH_LINKS
  const open = options.filter(
    (option) =>
      isUsable(option) &&
      option.feeding === 0 &&
      option.stalled === 0 &&
      !option.silent &&
      option.hasProved &&
      option.depth <= most &&
      (from.feeding & ~option.refused) !== 0
  )
  const to = best(open, (option) => option.depth, random)
  if (to === undefined) return undefined
  const stripe = best(stripesIn(from.feeding & ~to.refused), (each) => -(depths[each] ?? 0), random)!
  return { from: from.link, to: to.link, stripes: oneStripe(stripe) }
}

function deepest(stripes: StripeSet, depths: readonly number[]): number {
  return Math.max(...stripesIn(stripes).map((stripe) => depths[stripe] ?? 0))
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
