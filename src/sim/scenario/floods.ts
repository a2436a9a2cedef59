/** When a scenario's servers are flooded. */

import type { Scenario } from './scenario.js'

/** @param second of the show */
export function isFloodedAt({ faults }: Scenario, second: number): boolean {
  return faults.some(({ what, atS, forS = Infinity, everyS = Infinity, untilS = atS }) => {
    if (what !== 'flood' || second < atS) return false
    const times = everyS === Infinity ? 0 : Math.floor((Math.min(second, untilS) - atS) / everyS)
    return second < atS + (times === 0 ? 0 : times * everyS) + forS
  })
}
