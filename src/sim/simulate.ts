/** Runs one show and draws up its account. */

import { checkers } from './checkers/index.js'
import { planFaults } from './faults.js'
import type { Member } from './member.js'
import { quantilesIn, quantilesOf } from './results/quantiles.js'
import type { PeerRow, Result, Summary, Tree, Violation } from './results/result.js'
import { Timeline } from './results/timeline.js'
import { treeOf } from './results/tree.js'
import { isFloodedAt } from './scenario/floods.js'
import type { Scenario } from './scenario/scenario.js'
import type { Topology } from './topology.js'
import { topologyNamed } from './topologies/index.js'
import { LEAD_MS, type Observer, World } from './world.js'

export interface SimulateOptions {
  /** A shipped one by its name, or one of your own. Default `striped`: what listeners run. */
  readonly topology?: string | Topology
  /** Any 32-bit integer; default 1. The same seed gives the same results on any machine. */
  readonly seed?: number
  /** Whether invariants are checked at every event; default true. It costs about a third of the time. */
  readonly check?: boolean
  /** Called after each simulated second; what it returns is awaited, so that a page or a terminal can draw. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>
  /** Ends the run early: the result is that of the show so far. */
  readonly signal?: AbortSignal
  /** Bytes of memory in use, for `bytesPerPeer`; 0 where nobody can tell. */
  readonly memoryUsed?: () => number
}

export interface Progress {
  /** Seconds of the show that are over, and in all; the time before its begin counts as well. */
  readonly second: number
  readonly seconds: number
  readonly listeners: number
  readonly events: number
}

/** Whoever was there for so long without a sound has been failed, ms. */
const OWED_AFTER_MS = 10_000

/** Of how long ago the busiest are judged, s. */
const RECENT_S = 5

/**
 * Simulates one show.
 *
 * @throws TreecastError `bad-scenario` if the topology's name is not known
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Result> {
  const { seed = 1, check = true, memoryUsed = () => 0 } = options
  const violations: Violation[] = []
  const checking = check ? checkers(violations) : []
  const given = options.topology ?? 'striped'
  const topology = typeof given === 'string' ? topologyNamed(given, checking) : given
  const timeline = new Timeline()
  const observers: Observer[] = [timeline, ...checking]
  const begun = performance.now()
  const usedBefore = memoryUsed()
  const world = new World(scenario, topology, seed, observers)
  planFaults(world)
  const trees: Tree[] = []
  const moments = scenario.snapshots.length > 0 ? scenario.snapshots : [scenario.show.seconds / 2]
  for (const second of moments) world.at(second * 1000, () => trees.push(treeOf(world)))
  const firstSecond = -LEAD_MS / 1000
  const lastSecond = Math.ceil((world.endMs - LEAD_MS) / 1000)
  for (let second = firstSecond; second < lastSecond; second++) {
    // What happens at the very begin of a second belongs to it.
    const isLast = second === lastSecond - 1
    world.runTo(isLast ? world.endMs : LEAD_MS + (second + 1) * 1000 - 1)
    if (second === -1) timeline.begin(world)
    if (second >= 0 && second < scenario.show.seconds) timeline.close(world, second)
    if (second % RECENT_S === 0) world.counters.mark()
    for (const observer of observers) observer.second?.(world)
    if (options.onProgress !== undefined) {
      const listeners = world.members.length
      const seconds = lastSecond - firstSecond
      await options.onProgress({
        second: second - firstSecond + 1,
        seconds,
        listeners,
        events: world.queue.handled
      })
    }
    if (options.signal?.aborted === true) break
  }
  const bytesPerPeer = Math.round((memoryUsed() - usedBefore) / scenario.peers)
  const wallMs = Math.round(performance.now() - begun)
  return account(world, topology.name, { timeline, trees, violations, wallMs, bytesPerPeer })
}

interface Draft {
  readonly timeline: Timeline
  readonly trees: readonly Tree[]
  readonly violations: readonly Violation[]
  readonly wallMs: number
  readonly bytesPerPeer: number
}

function account(world: World, topology: string, draft: Draft): Result {
  const { scenario, seed, counters, ears } = world
  ears.collect(world.now)
  const peers: PeerRow[] = []
  const startups: number[] = []
  const flooded: number[] = []
  let shares = 0
  let judged = 0
  let gapFree = 0
  let unheard = 0
  let listeners = 0
  let hostile = 0
  for (const member of world.members) {
    if (member.role === 'origin' || member.role === 'tracker') continue
    const row = rowOf(world, member)
    peers.push(row)
    if (!member.isListener) continue
    listeners++
    if (row.hostile) {
      hostile++
      continue
    }
    if (row.startupMs !== null && row.cameS >= 0) {
      startups.push(row.startupMs)
      if (isFloodedAt(scenario, row.cameS)) flooded.push(row.startupMs)
    }
    if (row.due > 0) {
      judged++
      shares += row.played / row.due
      if (row.played === row.due) gapFree++
    } else if (wasFailed(world, member)) {
      judged++
      unheard++
    }
  }
  ears.finish()
  const judgedRows = peers.filter((row) => !row.hostile)
  // Of a run that was ended early, so many of the show.
  const made = Math.min(world.setting.packets, Math.max(0, Math.ceil(world.showMs / scenario.show.packetMs)))
  const summary: Summary = {
    scenario: scenario.name,
    engine: 'exact',
    topology,
    seed,
    peers: listeners,
    hostile,
    badPackets: counters.bad,
    continuity: judged === 0 ? 0 : shares / judged,
    gapFree: judged === 0 ? 0 : gapFree / judged,
    unheard,
    startupMs: quantilesOf(startups),
    startupFloodedMs: quantilesOf(flooded),
    delayMs: quantilesIn(ears.delays),
    recoveryMs: quantilesIn(ears.recoveries),
    copies: ratio(total(judgedRows, 'received'), total(judgedRows, 'fresh')),
    originCopies: ratio(counters.dataBytesOut(0), made * world.packetBytes),
    depth: quantilesIn(ears.hops),
    controlShare: ratio(counters.controlBytes, counters.controlBytes + counters.dataBytes),
    trackerBytes: Math.round(ratio(counters.trackerBytes, listeners)),
    events: world.queue.handled,
    deliveries: counters.packetsArrived,
    wallMs: draft.wallMs,
    bytesPerPeer: draft.bytesPerPeer
  }
  const delayByDepth = ears.delaysByHops.flatMap((histogram, depth) =>
    histogram.count === 0 ? [] : [{ depth, packets: histogram.count, ...quantilesIn(histogram) }]
  )
  return {
    scenario,
    summary,
    peers,
    timeline: draft.timeline.finish(world),
    trees: draft.trees,
    delayByDepth,
    violations: draft.violations
  }
}

function rowOf(world: World, member: Member): PeerRow {
  const { ears, counters } = world
  const { self, person, joinedAt, leftAt, hasFinished } = member
  const until = hasFinished ? Infinity : Math.min(leftAt, world.now < world.endMs ? world.now : Infinity)
  const { startupMs, due, played } = ears.close(self, joinedAt, until)
  const { uplinkKbps, place } = person.line
  return {
    peer: self,
    role: member.role === 'root' ? 'root' : 'listener',
    region: place.region,
    mobile: person.isMobile,
    leaf: member.copies === 0,
    hostile: person.hostility !== undefined,
    uplinkKbps: uplinkKbps === Infinity ? null : Math.round(uplinkKbps),
    cameS: (joinedAt - LEAD_MS) / 1000,
    leftS: hasFinished || leftAt === Infinity ? null : (leftAt - LEAD_MS) / 1000,
    startupMs: startupMs === undefined ? null : Math.round(startupMs),
    due,
    played,
    received: counters.packetsTo(self),
    fresh: counters.freshTo(self),
    sentBytes: counters.dataBytesOut(self),
    controlBytes: counters.controlBytesOut(self)
  }
}

/** Whether it was there for long enough to be owed a sound, and got none. */
function wasFailed(world: World, { joinedAt, leftAt }: Member): boolean {
  const end = LEAD_MS + world.scenario.show.seconds * 1000
  return Math.min(leftAt, end) - Math.max(joinedAt, LEAD_MS) >= OWED_AFTER_MS
}

function total(rows: readonly PeerRow[], what: 'received' | 'fresh'): number {
  return rows.reduce((sum, row) => sum + row[what], 0)
}

function ratio(of: number, by: number): number {
  return by === 0 ? 0 : of / by
}
