/** What goes wrong, on a timetable. Whom it meets is drawn from the seed, the same for every topology that has the same peers. */

import type { Random } from '../protocol/random.js'
import { stream } from './draws.js'
import { AFTERMATH_MS } from './ears.js'
import type { Member } from './member.js'
import type { Partition } from './network.js'
import { flood } from './scenario/floods.js'
import type { Choice, Fault } from './scenario/scenario.js'
import type { World } from './world.js'

/** Plans all faults of a world's scenario. */
export function planFaults(world: World): void {
  for (const [number, fault] of world.scenario.faults.entries()) {
    const random = stream(world.seed, 'fault', number)
    const { atS, everyS, untilS = atS } = fault
    for (let at = atS; at <= untilS; at += everyS ?? Infinity) {
      world.at(at * 1000, () => happen(world, fault, random))
    }
  }
}

function happen(world: World, fault: Fault, random: Random): void {
  const over = (call: () => void): void => {
    if (fault.forS !== undefined) world.at(world.showMs + fault.forS * 1000, call)
  }
  world.ears.disturb(world.now)
  world.at(world.showMs + AFTERMATH_MS + world.scenario.listeners.bufferMs, () =>
    world.ears.settle(world.now)
  )
  if (fault.what === 'trackers-down') {
    world.stopTrackers()
    over(() => (world.areTrackersUp = true))
    return
  }
  if (fault.what === 'flood') {
    over(flood(world.admits, fault))
    return
  }
  if (fault.what === 'loss') {
    world.network.leastLoss = fault.loss!
    over(() => (world.network.leastLoss = 0))
    return
  }
  const victims = choose(world, fault, random)
  switch (fault.what) {
    case 'kill':
    case 'vanish':
      for (const member of victims) world.end(member, fault.what === 'vanish')
      break
    case 'freeze':
      for (const member of victims) world.freeze(member)
      over(() => victims.filter(({ isHere }) => isHere).forEach((member) => world.thaw(member)))
      break
    case 'black-hole':
      for (const member of victims) member.isBlackHole = true
      over(() => victims.forEach((member) => (member.isBlackHole = false)))
      break
    case 'slow': {
      const [least, most] = fault.delayMs!
      const { delayOf } = world.network
      for (const { self } of victims) delayOf.set(self, least + random.unit() * (most - least))
      over(() => victims.forEach(({ self }) => delayOf.delete(self)))
      break
    }
    case 'mute': {
      const from = new Set(victims.map(({ self }) => self))
      const to = new Set(world.members.filter(({ self }) => !from.has(self)).map(({ self }) => self))
      const partition: Partition = { from, to }
      world.network.partitions.add(partition)
      over(() => world.network.partitions.delete(partition))
      break
    }
  }
}

/** Never the origin: without it there is no show. */
function choose(world: World, { share, count, choose: choice }: Fault, random: Random): Member[] {
  const eligible = [...world.here()].filter(
    (member) =>
      !member.isOrigin && !member.isFrozen && !member.isBlackHole && isOfChoice(world, choice, member)
  )
  const wanted = count ?? Math.round((share ?? 0) * eligible.length)
  if (choice === 'newest') return eligible.sort((a, b) => b.self - a.self).slice(0, wanted)
  if (choice !== 'busiest') return random.sample(eligible, wanted)
  const outs = new Map(eligible.map((member) => [member, world.recentOut(member)]))
  return eligible.sort((a, b) => outs.get(b)! - outs.get(a)! || a.self - b.self).slice(0, wanted)
}

function isOfChoice(world: World, choice: Choice, member: Member): boolean {
  if (choice === 'roots') return member.role === 'root'
  if (choice === 'relays') return world.recentOut(member) > 0
  return member.role === 'listener'
}
