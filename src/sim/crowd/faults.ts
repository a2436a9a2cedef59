/** What goes wrong in a crowd, on its scenario's timetable: as `sim/faults.ts` for the exact engine, by the same choices. */

import { TreecastError } from '../../protocol/errors.js'
import { DEMOTE_AFTER_MS } from '../../protocol/limits.js'
import type { Random } from '../../protocol/random.js'
import { stream } from '../draws.js'
import { flood } from '../scenario/floods.js'
import type { Choice, Fault, Scenario } from '../scenario/scenario.js'
import { LEAD_MS } from '../world.js'
import { STATE } from './columns.js'
import type { Upkeep } from './upkeep.js'
import { type CrowdWorld, KIND } from './world.js'

/** @throws TreecastError `bad-scenario` for what this engine does not know */
export function checkFaults({ faults, crowd }: Scenario): void {
  if (crowd.hostile.share > 0)
    throw new TreecastError(
      'bad-scenario',
      'crowd.hostile: the crowd engine knows honest people alone; use --engine exact'
    )
  const index = faults.findIndex(({ what }) => what === 'mute')
  if (index < 0) return
  throw new TreecastError(
    'bad-scenario',
    `faults[${index}]: the crowd engine knows no "mute"; use --engine exact, or "black-hole"`
  )
}

export function planFaults(world: CrowdWorld, upkeep: Upkeep): void {
  const { scenario, columns } = world
  if (scenario.faults.some(({ what }) => what === 'slow')) columns.slowMs = new Uint16Array(columns.capacity)
  for (const [number, fault] of scenario.faults.entries()) {
    const random = stream(world.seed, 'fault', number)
    const { atS, everyS, untilS = atS } = fault
    for (let at = atS; at <= untilS; at += everyS ?? Infinity)
      world.plan(LEAD_MS + at * 1000, KIND.call, 0, 0, () => happen(world, upkeep, fault, random))
  }
}

function happen(world: CrowdWorld, upkeep: Upkeep, fault: Fault, random: Random): void {
  const { columns, forest } = world
  const over = (call: () => void): void => {
    if (fault.forS !== undefined) world.plan(world.now + fault.forS * 1000, KIND.call, 0, 0, call)
  }
  if (fault.what === 'mute') return
  if (fault.what === 'trackers-down') {
    world.areTrackersUp = false
    over(() => {
      world.areTrackersUp = true
    })
    return
  }
  if (fault.what === 'flood') {
    over(flood(world.admits, fault))
    return
  }
  if (fault.what === 'loss') {
    world.leastLoss = fault.loss!
    over(() => {
      world.leastLoss = 0
    })
    return
  }
  const victims = choose(world, fault, random)
  const stalls = (victim: number): void => {
    for (let stripe = 0; stripe < world.stripes; stripe++)
      for (const child of forest.childrenOf(victim, stripe))
        upkeep.noticeStall(child, stripe, victim, world.now)
  }
  const mark = (state: number): void => {
    for (const victim of victims) {
      columns.state[victim]! |= state
      stalls(victim)
    }
    over(() => {
      for (const victim of victims) columns.state[victim]! &= ~state
    })
  }
  switch (fault.what) {
    case 'kill':
    case 'vanish':
      for (const victim of victims) upkeep.leave(victim, fault.what === 'vanish')
      break
    case 'freeze':
      mark(STATE.frozen)
      break
    case 'black-hole':
      mark(STATE.blackHole)
      break
    case 'slow': {
      const [least, most] = fault.delayMs!
      for (const victim of victims) {
        columns.slowMs[victim] = least + random.unit() * (most - least)
        for (let stripe = 0; stripe < world.stripes; stripe++)
          for (const child of forest.childrenOf(victim, stripe))
            world.plan(world.now + DEMOTE_AFTER_MS, KIND.demote, child, stripe, victim)
      }
      over(() => {
        for (const victim of victims) columns.slowMs[victim] = 0
      })
      break
    }
  }
}

/** Never the origin: without it there is no show. */
function choose(world: CrowdWorld, { share, count, choose: choice }: Fault, random: Random): number[] {
  const { columns } = world
  const eligible: number[] = []
  for (let peer = 1; peer < world.peers; peer++) {
    const state = columns.state[peer]!
    if (
      (state & (STATE.here | STATE.frozen | STATE.blackHole)) === STATE.here &&
      isOfChoice(world, choice, peer)
    )
      eligible.push(peer)
  }
  const wanted = Math.min(eligible.length, count ?? Math.round((share ?? 0) * eligible.length))
  if (choice === 'newest') return eligible.reverse().slice(0, wanted)
  if (choice === 'busiest') {
    const { used } = columns
    return eligible.sort((a, b) => used[b]! - used[a]! || a - b).slice(0, wanted)
  }
  for (let i = 0; i < wanted; i++) {
    const j = i + random.below(eligible.length - i)
    const chosen = eligible[j]!
    eligible[j] = eligible[i]!
    eligible[i] = chosen
  }
  return eligible.slice(0, wanted)
}

function isOfChoice(world: CrowdWorld, choice: Choice, peer: number): boolean {
  if (choice === 'roots') return world.isRoot(peer)
  if (choice === 'relays') return world.columns.used[peer]! > 0
  return world.isListener(peer)
}
