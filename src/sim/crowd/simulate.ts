/**
 * Runs one show of a crowd of any size. What happens to peers (joins, leaves, faults, repairs) is simulated one by one, to the
 * millisecond; what the show's packets do is seen on samples. `docs/crowd-model.md` says what is kept and what is simpler than in
 * the exact engine.
 */

import { DEFAULT_SPARES, SAMPLE_ONE_IN } from '../../protocol/limits.js'
import { exponential } from '../draws.js'
import type { Result, Tree } from '../results/result.js'
import type { Scenario } from '../scenario/scenario.js'
import type { Progress } from '../simulate.js'
import { LEAD_MS } from '../world.js'
import { DEPTHS, COUNT, Frontier, nothingSampled, sample, type Sampled, type Ways, waysOf } from './sample.js'
import { NOBODY, SPARES, STATE, TRAIT } from './columns.js'
import { Entry, type Request } from './entry.js'
import { checkFaults, planFaults } from './faults.js'
import { treeOf } from './tree.js'
import { type Loss, Upkeep } from './upkeep.js'
import { CrowdWorld, KIND, ORIGIN } from './world.js'

export interface CrowdOptions {
  /** Any 32-bit integer; default 1. */
  readonly seed?: number
  /** Called after each simulated second; what it returns is awaited. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>
  /** Ends the run early: the result is that of the show so far. */
  readonly signal?: AbortSignal
  /** Bytes of memory in use, for `bytesPerPeer`. */
  readonly memoryUsed?: () => number
}

/** Who leaves is replaced after so long on average, ms; as in the exact world. */
const REPLACED_AFTER_MS = 1_000

/** Peers that are looked at in a second of the show, about, and the longest time between two packets that are looked at, s. */
const SAMPLED_PER_SECOND = 40_000
const MOST_BETWEEN_S = 100

/** Who has no good spare looks for one so often, s, as in the protocol; in large crowds seldom, as it would cost more than all the
 * rest. */
const ASKS_AGAIN_S = 15
const ASKS_SELDOM_S = 300

/** All are looked at so often at most, s, and each second in crowds below so many. */
const CENSUS_S = 10
const CENSUS_PEERS = 20_000

class CrowdShow {
  readonly world: CrowdWorld
  private readonly entry: Entry
  private readonly upkeep: Upkeep
  private readonly ways: Ways
  private frontier: Frontier
  private sampleShare = 0
  private arrivals = 0
  readonly trees: Tree[] = []

  constructor(scenario: Scenario, seed: number) {
    const world = new CrowdWorld(scenario, seed)
    this.world = world
    this.entry = new Entry(world, {
      fed: (peer, stripe, at) => this.upkeep.fed(peer, stripe, at),
      linked: (peer, links) => this.upkeep.linked(peer, links),
      sentDown: (leaf, stripe, parent, contributor) => this.upkeep.sentDown(leaf, stripe, parent, contributor)
    })
    this.upkeep = new Upkeep(
      world,
      () => this.entry,
      (peer) => this.replace(peer)
    )
    // As `tree/feeds.ts` has it: a child does not follow such a path.
    world.forest.tooDeep = (peer, stripe) => {
      const of = world.columns.parent[peer * world.stripes + stripe]!
      world.plan(world.now, KIND.lost, peer, stripe, { of, since: world.now } satisfies Loss)
    }
    this.ways = waysOf(scenario, seed, world.packetBytes, 0)
    this.frontier = new Frontier(world.columns.capacity)
    this.begin()
  }

  runTo(ms: number): void {
    this.world.queue.runTo(ms, this.handle)
  }

  private begin(): void {
    const { world } = this
    const { scenario, columns } = world
    world.addServer('origin')
    columns.depth.fill(0, 0, world.stripes)
    columns.state[ORIGIN]! |= STATE.hears
    world.tells(ORIGIN)
    for (let i = 0; i < scenario.roots; i++) {
      const root = world.addServer(`root${i}`)
      // The origin dials its roots, or they it: the first second of the world.
      world.plan(1_000, KIND.deal, root, 1, [ORIGIN])
    }
    planFaults(world, this.upkeep)
    this.arriveNext()
    const moments = scenario.snapshots.length > 0 ? scenario.snapshots : [scenario.show.seconds / 2]
    for (const second of moments)
      world.plan(LEAD_MS + second * 1000, KIND.call, 0, 0, () => this.trees.push(treeOf(world)))
  }

  private arriveNext(): void {
    const { world } = this
    const at = world.arrivalTimes[this.arrivals++]
    if (at !== undefined && at < world.showEndMs) world.plan(at, KIND.arrive, 0, 0)
  }

  /** Looks at packets of the second that is over. */
  sampleAt(second: number): void {
    const { world } = this
    const { stripes } = world
    const every = Math.min(
      MOST_BETWEEN_S,
      Math.max(1, Math.round((world.peers * stripes) / SAMPLED_PER_SECOND))
    )
    if (second < 1 || second % every !== 0) return
    if (this.frontier.order.length < world.columns.capacity)
      this.frontier = new Frontier(world.columns.capacity)
    const ways = { ...this.ways, leastLoss: world.leastLoss }
    const { packetMs } = world.scenario.show
    const into = nothingSampled()
    const newest = Math.floor((second * 1000) / packetMs / stripes) * stripes
    for (let stripe = 0; stripe < stripes; stripe++)
      sample(world.columns, ways, stripe, newest + stripe, this.frontier, into)
    this.take(into)
  }

  private take(sampled: Sampled): void {
    const { account } = this.world
    const { counts } = sampled
    add(account.sampled.delays, sampled.delays)
    add(account.sampled.byDepth, sampled.byDepth)
    add(account.sampled.counts, counts)
    const reached = counts[COUNT.reached]!
    if (reached === 0) return
    account.usualMs = counts[COUNT.usualMs]! / reached
    account.linkMs = counts[COUNT.usualMs]! / Math.max(1, counts[COUNT.links]!)
    for (let depth = 0; depth < DEPTHS; depth++) this.ways.usualMs[depth] = depth * account.linkMs
  }

  /** What only a look at all tells: what spares send, and whose spares are gone. */
  private census(seconds: number): void {
    const { world } = this
    const { columns } = world
    const { state, used, slots, spareOf, spare, sent } = columns
    const perSlot = (seconds * 1000) / world.scenario.show.packetMs / world.stripes
    let samples = 0
    const asksAgainS = world.peers < CENSUS_PEERS ? ASKS_AGAIN_S : ASKS_SELDOM_S
    for (let peer = 0; peer < world.peers; peer++) {
      const its = state[peer]!
      if ((its & STATE.here) === 0) continue
      sent[peer]! += used[peer]! * perSlot
      const asked = (spareOf[peer]! * DEFAULT_SPARES) / SPARES
      if (asked > 0)
        samples += Math.min(asked, ((slots[peer]! - used[peer]!) * SAMPLE_ONE_IN) / world.stripes)
      if ((its & (STATE.hears | STATE.tended)) !== STATE.hears || peer === ORIGIN) continue
      const isWell = STATE.here | STATE.hears
      let isGone = false
      let isLacking = false
      for (let at = peer * SPARES; at < (peer + 1) * SPARES; at++) {
        const each = spare[at]!
        if (each === NOBODY || used[each]! >= slots[each]!) isLacking = true
        if (each !== NOBODY && (state[each]! & (isWell | STATE.blackHole)) !== isWell) isGone = true
      }
      // Not all at once: by lot.
      if (isGone || (isLacking && world.random.unit() < seconds / asksAgainS)) this.upkeep.attendOnce(peer)
    }
    this.sampleShare = samples / SAMPLE_ONE_IN
  }

  close(second: number): void {
    const { world } = this
    this.sampleAt(second)
    const every = Math.min(CENSUS_S, 1 + Math.floor(world.peers / CENSUS_PEERS))
    if (second % every === 0) this.census(every)
    world.account.close(second, world.forest.edges, world.columns.used[ORIGIN]!, this.sampleShare)
  }

  finish(): void {
    const { world } = this
    const isOver = world.now >= world.showEndMs
    for (let peer = 1; peer < world.peers; peer++) {
      if (!world.columns.isHere(peer)) continue
      this.upkeep.closeAccount(peer)
      world.account.left(peer, isOver ? Infinity : world.now)
    }
  }

  private readonly handle = (kind: number, a: number, b: number, payload: unknown): void => {
    const { world, entry, upkeep } = this
    switch (kind) {
      case KIND.arrive: {
        const peer = world.addListener()
        entry.begin(peer)
        if (b === 0) this.arriveNext()
        return
      }
      case KIND.join:
        entry.join(a, b)
        return
      case KIND.answer:
        entry.answer(a, payload as number[])
        return
      case KIND.deal:
        entry.deal(a, b, payload as number[])
        return
      case KIND.subscribe:
        entry.subscribe(a, b, payload as Request)
        return
      case KIND.refused:
        entry.refused(a, b, payload as Request)
        return
      case KIND.seek:
        entry.seek(a, b, payload as number[])
        return
      case KIND.attend:
        upkeep.attend(a, b, payload as number[])
        return
      case KIND.lost:
        upkeep.lost(a, b, payload as Loss)
        return
      case KIND.cutOff:
        upkeep.cutOff(a, b)
        return
      case KIND.abandon:
        upkeep.abandon(a, b, payload as Loss)
        return
      case KIND.demote:
        upkeep.demote(a, b, payload as number)
        return
      case KIND.leave:
        this.leave(a)
        return
      case KIND.loseHeart:
        this.loseHeart(a, b)
        return
      case KIND.comeBack:
        world.comeBack(a)
        entry.begin(a)
        return
      case KIND.tell:
        world.told(a)
        return
      case KIND.forget:
        world.meeting.forget(a)
        return
      case KIND.release:
        upkeep.release(a)
        return
      case KIND.ticket:
        entry.enterByTicket(a)
        return
      case KIND.trackerFailed:
        entry.trackerFailed(a, b)
        return
      case KIND.discover:
        entry.discover(a, b)
        return
      case KIND.call:
        ;(payload as () => void)()
        return
    }
  }

  private leave(peer: number): void {
    const { world } = this
    if (!world.columns.isHere(peer)) return
    this.upkeep.leave(peer, (world.columns.traits[peer]! & TRAIT.vanishes) !== 0)
  }

  /** @param cameAt of the visit that this is about */
  private loseHeart(peer: number, cameAt: number): void {
    const { world } = this
    const { columns, random } = world
    if (columns.cameAt[peer] !== cameAt || (columns.state[peer]! & (STATE.here | STATE.hears)) !== STATE.here)
      return
    const { returns, returnsAfterS } = world.scenario.crowd.impatience!
    this.upkeep.leave(peer, false, true)
    if (random.unit() >= returns) return
    const at = world.now + exponential(random, returnsAfterS * 1000)
    if (at < world.showEndMs) world.plan(at, KIND.comeBack, peer, 0)
  }

  /** Somebody comes instead of who has left. */
  private replace(peer: number): void {
    const { world } = this
    if (!world.scenario.crowd.replaced || !world.isListener(peer)) return
    const at = Math.round(world.now + exponential(world.random, REPLACED_AFTER_MS))
    if (at < world.showEndMs) world.plan(at, KIND.arrive, 0, 1)
  }
}

/**
 * Simulates one show with the crowd engine; the topology is `striped`, what listeners run.
 *
 * @throws TreecastError `bad-scenario` for faults that this engine does not know
 */
export async function simulateCrowd(scenario: Scenario, options: CrowdOptions = {}): Promise<Result> {
  const { seed = 1, memoryUsed = () => 0 } = options
  checkFaults(scenario)
  const begun = performance.now()
  const usedBefore = memoryUsed()
  const show = new CrowdShow(scenario, seed)
  const { world } = show
  const firstSecond = -LEAD_MS / 1000
  const lastSecond = Math.ceil(scenario.show.seconds)
  for (let second = firstSecond; second < lastSecond; second++) {
    show.runTo(Math.min(world.showEndMs, LEAD_MS + (second + 1) * 1000) - (second === lastSecond - 1 ? 0 : 1))
    if (second === -1) world.account.begin()
    if (second >= 0) show.close(second)
    if (options.onProgress !== undefined)
      await options.onProgress({
        second: second - firstSecond + 1,
        seconds: lastSecond - firstSecond,
        listeners: world.account.listeners,
        events: world.queue.handled
      })
    if (options.signal?.aborted === true) break
  }
  const bytesPerPeer = Math.round((memoryUsed() - usedBefore) / scenario.peers)
  show.finish()
  const wallMs = Math.round(performance.now() - begun)
  const packets = Math.floor((scenario.show.seconds * 1000) / scenario.show.packetMs)
  const made = Math.min(packets, Math.max(0, Math.ceil((world.now - LEAD_MS) / scenario.show.packetMs)))
  const { account } = world
  return {
    scenario,
    summary: account.summary(
      { topology: 'striped', seed, events: world.queue.handled, made },
      { wallMs, bytesPerPeer }
    ),
    peers: account.rows,
    timeline: account.timeline,
    trees: show.trees,
    delayByDepth: account.delayByDepth(),
    violations: []
  }
}

function add(to: Uint32Array | Float64Array, more: Uint32Array | Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += more[i]!
}
