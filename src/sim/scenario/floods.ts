/** When a scenario's servers are flooded, and what that does to those who ask them. */

import type { Fault, FloodTarget, Scenario } from './scenario.js'

/** @param second of the show */
export function isFloodedAt({ faults }: Scenario, second: number): boolean {
  return faults.some(({ what, atS, forS = Infinity, everyS = Infinity, untilS = atS }) => {
    if (what !== 'flood' || second < atS) return false
    const times = everyS === Infinity ? 0 : Math.floor((Math.min(second, untilS) - atS) / everyS)
    return second < atS + (times === 0 ? 0 : times * everyS) + forS
  })
}

/** Begins one. @param admits of those who ask each kind of server, the share that it answers. @returns what ends it */
export function flood(admits: Record<FloodTarget, number>, fault: Fault): () => void {
  const targets = fault.targets ?? []
  for (const target of targets) admits[target] = fault.admits!
  return () => {
    for (const target of targets) admits[target] = 1
  }
}
