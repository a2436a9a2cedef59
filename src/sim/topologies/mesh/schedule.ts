/** What a peer of the pull mesh asks of whom: the heuristic of CoolStreaming. */

import type { BufferMap } from './buffer.js'

/** What must be known of a partner. */
export interface Supplier {
  readonly link: number
  readonly map: BufferMap
  /** How long it takes to bring one, ms. */
  readonly paceMs: number
}

/**
 * The rarest first, and of these the first due; each from the one who will have sent it soonest, if that is in time.
 *
 * @param wanted packets with the ms that remain until each is due
 * @returns packets by link
 */
export function schedule(
  wanted: ReadonlyMap<number, number>,
  suppliers: readonly Supplier[]
): Map<number, number[]> {
  const plan = new Map<number, number[]>(suppliers.map(({ link }) => [link, []]))
  const queue = [...wanted]
    .map(([packet, leftMs]) => ({
      packet,
      leftMs,
      holders: suppliers.filter(({ map }) => map.packets.has(packet))
    }))
    .sort((a, b) => a.holders.length - b.holders.length || a.packet - b.packet)
  for (const { packet, leftMs, holders } of queue) {
    const offers = holders.map(({ link, paceMs }) => ({
      link,
      readyMs: (plan.get(link)!.length + 1) * paceMs
    }))
    const best = offers.reduce((a, b) => (b.readyMs < a.readyMs ? b : a), { link: -1, readyMs: leftMs })
    plan.get(best.link)?.push(packet)
  }
  return plan
}
