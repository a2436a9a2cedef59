/** A short show with faults out of a seed, and what must be true of it. */

import { checkers } from '../../src/sim/checkers/index.js'
import { stream } from '../../src/sim/draws.js'
import { planFaults } from '../../src/sim/faults.js'
import type { Violation } from '../../src/sim/results/result.js'
import type { Fault, FaultKind, Scenario } from '../../src/sim/scenario/scenario.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { PeerParticipant } from '../../src/sim/topologies/treecast/peer-participant.js'
import { treecast, type TreecastOptions } from '../../src/sim/topologies/treecast/index.js'
import { LEAD_MS, World } from '../../src/sim/world.js'

/** The last fault is over by then; s. */
const CALM_FROM_S = 14
/** What a peer gets after that it must all get; until then it may still be repairing; s. */
const REPAIRED_BY_S = 24
const SHOW_S = 30

const KINDS: readonly FaultKind[] = [
  'kill',
  'vanish',
  'freeze',
  'black-hole',
  'slow',
  'mute',
  'trackers-down',
  'loss'
]

export function randomScenario(seed: number): Scenario {
  const random = stream(seed, 'random show')
  const faults: Fault[] = Array.from({ length: random.below(4) }, () => {
    const what = KINDS[random.below(KINDS.length)]!
    const isForEver = what === 'kill' || what === 'vanish'
    const atS = 2 + random.below(8)
    return {
      atS,
      what,
      choose: random.below(3) === 0 ? 'busiest' : 'random',
      ...(what === 'trackers-down' || what === 'loss' ? {} : { share: 0.1 + 0.3 * random.unit() }),
      ...(isForEver ? {} : { forS: 1 + random.below(CALM_FROM_S - atS - 1) }),
      ...(what === 'slow' ? { delayMs: [200, 800] as [number, number] } : {}),
      ...(what === 'loss' ? { loss: 0.02 + 0.08 * random.unit() } : {})
    }
  })
  const isLossy = random.below(2) === 0
  return readScenario(
    {
      name: `random-${seed >>> 0}`,
      peers: 4 + random.below(36),
      show: { seconds: SHOW_S, packetMs: [40, 100][random.below(2)], stripes: [1, 2, 4, 8][random.below(4)] },
      crowd: {
        arrivals: { within: { fromS: -20 + random.below(20), forS: 1 + random.below(12) } },
        sessions: random.below(2) === 0 ? 'stay' : { shortMeanS: 10, longMedianS: 60 },
        replaced: random.below(2) === 0,
        leaves: 0.3 * random.unit()
      },
      network: {
        rttMs: random.below(2) === 0 ? 'internet' : random.below(200),
        jitterMs: random.below(20),
        loss: isLossy ? {} : { fixed: 0, mobile: 0 },
        duplicates: random.below(2) * 0.02,
        reordering: random.below(2) * 0.02
      },
      origin: { maxChildren: 4 + random.below(5) },
      faults
    },
    'a random show'
  )
}

export interface Played {
  readonly scenario: Scenario
  /** What is wrong; empty if all is well. */
  readonly problems: readonly string[]
}

/** Plays the random show of a seed. @param onStep sees every step, for a trace */
export function playRandomShow(seed: number, onStep?: (world: World) => TreecastOptions['onStep']): Played {
  const scenario = randomScenario(seed)
  const violations: Violation[] = []
  const checking = checkers(violations)
  const traces: NonNullable<TreecastOptions['onStep']>[] = []
  const topology = treecast({
    onStep: (...step) => {
      for (const checker of checking) checker.step?.(...step)
      for (const trace of traces) trace(...step)
    }
  })
  const world = new World(scenario, topology, seed, checking)
  const trace = onStep?.(world)
  if (trace !== undefined) traces.push(trace)
  planFaults(world)
  const atCalm = new Map<PeerParticipant, { received: number; gaps: number }>()
  const problems: string[] = []
  // Where people come and go within seconds somebody is always repairing: there invariants alone are judged.
  const isCalm = scenario.crowd.sessions === 'stay'
  for (let second = -LEAD_MS / 1000; second < SHOW_S + 10; second++) {
    world.runTo(LEAD_MS + (second + 1) * 1000)
    for (const checker of checking) checker.second?.(world)
    if (second + 1 === REPAIRED_BY_S) {
      for (const { participant } of world.here()) {
        if (participant instanceof PeerParticipant) atCalm.set(participant, participant.stats())
      }
    }
    if (second + 1 === SHOW_S && isCalm) problems.push(...unfed(world, atCalm))
  }
  for (const { atS, peer, checker, what } of violations)
    problems.push(`${atS} s: peer ${peer}: ${checker}: ${what}`)
  for (const { self, participant, joinedAt } of isCalm ? world.here() : []) {
    if (!(participant instanceof PeerParticipant) || joinedAt > LEAD_MS + REPAIRED_BY_S * 1000) continue
    problems.push(`peer ${self} is still there after the end`)
  }
  return { scenario, problems }
}

/** Peers that were there when all was calm again, and did not get the show from then on. */
function unfed(
  world: World,
  atCalm: ReadonlyMap<PeerParticipant, { received: number; gaps: number }>
): string[] {
  const problems: string[] = []
  const { packetMs } = world.scenario.show
  const made = ((SHOW_S - REPAIRED_BY_S) * 1000) / packetMs
  for (const { self, participant, isOrigin } of world.here()) {
    if (!(participant instanceof PeerParticipant) || isOrigin) continue
    const before = atCalm.get(participant)
    if (before === undefined) continue
    const got = participant.stats().received - before.received
    // A burst of losses may have taken the last of them: they are asked for again, and come after this count.
    if (got < 0.8 * made) problems.push(`peer ${self} got ${got} of ${made} packets after all was calm`)
  }
  return problems
}

/** Fails with the command that plays this very show again, step by step. */
export function expectWell(seed: number): void {
  const { problems } = playRandomShow(seed)
  if (problems.length === 0) return
  const told = problems.slice(0, 5).join('\n  ')
  throw new Error(
    `seed ${seed}:\n  ${told}\nplay it again with: node --import tsx test/sim/replay.ts ${seed}`
  )
}
