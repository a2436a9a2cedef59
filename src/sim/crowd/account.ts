/** What a crowd has heard, and what it took: kept in sums and histograms, whatever its size. */

import { FAST_START_MS } from '../../protocol/limits.js'
import { Histogram } from '../histogram.js'
import { quantilesIn } from '../results/quantiles.js'
import type { PeerRow, Second, Summary } from '../results/result.js'
import { isFloodedAt } from '../scenario/floods.js'
import type { Scenario } from '../scenario/scenario.js'
import { LEAD_MS } from '../world.js'
import { type Columns, NEVER, STATE, TRAIT } from './columns.js'
import { COUNT, DELAY_BINS, DEPTH_BINS, DEPTH_STEP_MS, DEPTHS, nothingSampled } from './sample.js'

/** Whoever was there for so long without a sound has been failed, ms. As for the exact engine. */
const OWED_AFTER_MS = 10_000

/** Rows of single peers in the results, at most. */
export const MOST_ROWS = 10_000

/** Start-ups are counted in ms up to so long. */
const MOST_STARTUP_MS = 600_000

export class Account {
  readonly sampled = nothingSampled()
  /** Usual delay, and that of one link, as the last packets looked at had it; ms. */
  usualMs = 200
  linkMs = 60
  trackerBytes = 0
  controlBytes = 0
  /** Packets that parents and spares have sent, and those of them that the origin has. */
  packetsSent = 0
  packetsOfOrigin = 0
  packetsOfSpares = 0
  readonly rows: PeerRow[] = []
  readonly timeline: Second[] = []
  listeners = 0
  here = 0
  hearing = 0
  private readonly columns: Columns
  private readonly scenario: Scenario
  private readonly packetBytes: number
  private readonly packets: number
  private readonly startups = new Histogram(1, MOST_STARTUP_MS)
  private readonly startupsFlooded = new Histogram(1, MOST_STARTUP_MS)
  private readonly recoveries = new Histogram(10, 5_000)
  private judged = 0
  private shares = 0
  private gapFree = 0
  private unheard = 0
  private due = 0
  private readonly rowEvery: number
  private joinedNow = 0
  private leftNow = 0
  private lateNow = 0
  private before = { sent: 0, origin: 0, control: 0, tracker: 0 }

  constructor(columns: Columns, scenario: Scenario, packetBytes: number) {
    this.columns = columns
    this.scenario = scenario
    this.packetBytes = packetBytes
    this.packets = Math.floor((scenario.show.seconds * 1000) / scenario.show.packetMs)
    this.rowEvery = Math.max(1, Math.ceil(scenario.peers / MOST_ROWS))
  }

  joined(): void {
    this.listeners++
    this.here++
    this.joinedNow++
  }

  /** All stripes come: when is the first sound? As `sim/ears.ts` has it: a buffer's length behind the live edge. */
  begins(peer: number, raggedMs: number): void {
    const { soundAt, traits } = this.columns
    const { bufferMs, pace } = this.scenario.listeners
    const at = Math.max(soundAt[peer]!, LEAD_MS + this.usualMs)
    const past = Math.min(FAST_START_MS, Math.max(0, at - LEAD_MS - this.usualMs)) - raggedMs
    soundAt[peer] = Math.round(pace === 'timed' ? at + Math.max(0, bufferMs - past) : at)
    if ((traits[peer]! & TRAIT.root) === 0 && peer !== 0) this.hearing++
  }

  late(peer: number, packets: number): void {
    this.columns.late[peer]! += packets
    this.lateNow += packets
  }

  recovered(ms: number): void {
    this.recoveries.add(Math.min(5_000, Math.max(0, ms)))
  }

  startOff(parent: number, packets: number): void {
    this.packetsSent += packets
    if (parent === 0) this.packetsOfOrigin += packets
    this.columns.sent[parent]! += packets
  }

  /** A listener goes, or the show ends. @param until Infinity if it heard the end */
  left(peer: number, until: number): void {
    const { columns } = this
    if (peer === 0) return
    const { soundAt, cameAt, state, traits, late } = columns
    const isRoot = (traits[peer]! & TRAIT.root) !== 0
    const hears = (state[peer]! & STATE.hears) !== 0
    const sound = hears ? soundAt[peer]! : NEVER
    const due = sound === NEVER ? 0 : this.dueTo(sound, until)
    const played = Math.max(0, due - Math.min(due, Math.round(late[peer]!)))
    const came = cameAt[peer]!
    const startupMs = sound === NEVER || until < sound ? null : sound - Math.max(came, LEAD_MS)
    if (!isRoot) {
      if (until !== Infinity) {
        this.here--
        this.leftNow++
        if (hears) this.hearing--
      }
      if (startupMs !== null && came >= LEAD_MS) {
        this.startups.add(startupMs)
        if (isFloodedAt(this.scenario, (came - LEAD_MS) / 1000)) this.startupsFlooded.add(startupMs)
      }
      if (due > 0) {
        this.judged++
        this.due += due
        this.shares += played / due
        if (played === due) this.gapFree++
      } else if (Math.min(until, this.endMs) - Math.max(came, LEAD_MS) >= OWED_AFTER_MS) {
        this.judged++
        this.unheard++
      }
    }
    if (isRoot || peer % this.rowEvery === 0)
      this.rows.push(this.row(peer, { until, startupMs, due, played }))
  }

  /** Closes a second of the show. @param edges stripes that somebody feeds somebody */
  close(second: number, edges: number, ofOrigin: number, sampleShare: number): void {
    const { packetMs, stripes } = this.scenario.show
    const perSecond = 1000 / packetMs / stripes
    this.packetsSent += edges * perSecond
    this.packetsOfOrigin += ofOrigin * perSecond
    this.packetsOfSpares += sampleShare * (1000 / packetMs)
    const now = {
      sent: this.packetsSent + this.packetsOfSpares,
      origin: this.packetsOfOrigin,
      control: this.controlBytes,
      tracker: this.trackerBytes
    }
    const kbps = (of: keyof typeof now, bytes = 1): number =>
      Math.round(((now[of] - this.before[of]) * bytes * 8) / 1000)
    const due = (this.hearing * 1000) / packetMs
    this.timeline.push({
      second,
      here: this.here,
      hearing: this.hearing,
      joined: this.joinedNow,
      left: this.leftNow,
      continuity: due === 0 ? 1 : Math.max(0, 1 - this.lateNow / due),
      originKbps: kbps('origin', this.packetBytes),
      peersKbps: kbps('sent', this.packetBytes) - kbps('origin', this.packetBytes),
      controlKbps: kbps('control'),
      trackerKbps: kbps('tracker')
    })
    this.begin()
  }

  /** The next second counts from here. */
  begin(): void {
    this.before = {
      sent: this.packetsSent + this.packetsOfSpares,
      origin: this.packetsOfOrigin,
      control: this.controlBytes,
      tracker: this.trackerBytes
    }
    this.joinedNow = 0
    this.leftNow = 0
    this.lateNow = 0
  }

  /** @param cost what the run took */
  summary(
    given: {
      readonly topology: string
      readonly seed: number
      readonly events: number
      readonly made: number
    },
    cost: { readonly wallMs: number; readonly bytesPerPeer: number }
  ): Summary {
    const { counts } = this.sampled
    const reached = counts[COUNT.reached]!
    const lossPer = reached === 0 ? 0 : counts[COUNT.twice]! / reached
    const lateShare = reached === 0 ? 0 : counts[COUNT.late]! / reached
    const dataBytes = (this.packetsSent + this.packetsOfSpares) * this.packetBytes
    return {
      scenario: this.scenario.name,
      engine: 'crowd',
      topology: given.topology,
      seed: given.seed,
      peers: this.listeners,
      hostile: 0,
      badPackets: 0,
      continuity: this.judged === 0 ? 0 : (this.shares / this.judged) * (1 - lateShare),
      gapFree: this.judged === 0 ? 0 : this.gapFree / this.judged,
      unheard: this.unheard,
      startupMs: quantilesIn(this.startups),
      startupFloodedMs: quantilesIn(this.startupsFlooded),
      delayMs: quantilesIn(this.delays()),
      recoveryMs: quantilesIn(this.recoveries),
      copies: this.packetsSent === 0 ? 0 : 1 + lossPer + this.packetsOfSpares / this.packetsSent,
      originCopies: given.made === 0 ? 0 : this.packetsOfOrigin / given.made,
      depth: quantilesIn(this.depths()),
      controlShare: this.controlBytes === 0 ? 0 : this.controlBytes / (this.controlBytes + dataBytes),
      trackerBytes: this.listeners === 0 ? 0 : Math.round(this.trackerBytes / this.listeners),
      events: given.events,
      deliveries: Math.round(this.packetsSent + this.packetsOfSpares),
      ...cost
    }
  }

  delayByDepth(): { depth: number; packets: number; p50: number; p95: number; p99: number; max: number }[] {
    const rows = []
    for (let depth = 1; depth < DEPTHS; depth++) {
      const histogram = new Histogram(DEPTH_STEP_MS, DEPTH_BINS * DEPTH_STEP_MS)
      for (let bin = 0; bin < DEPTH_BINS; bin++) {
        const times = this.sampled.byDepth[depth * DEPTH_BINS + bin]!
        if (times > 0) histogram.add(bin * DEPTH_STEP_MS, times)
      }
      if (histogram.count > 0) rows.push({ depth, packets: histogram.count, ...quantilesIn(histogram) })
    }
    return rows
  }

  private delays(): Histogram {
    const histogram = new Histogram(1, DELAY_BINS)
    this.sampled.delays.forEach((times, ms) => {
      if (times > 0) histogram.add(ms, times)
    })
    return histogram
  }

  private depths(): Histogram {
    const histogram = new Histogram(1, DEPTHS)
    for (let depth = 1; depth < DEPTHS; depth++) {
      let times = 0
      for (let bin = 0; bin < DEPTH_BINS; bin++) times += this.sampled.byDepth[depth * DEPTH_BINS + bin]!
      if (times > 0) histogram.add(depth, times)
    }
    return histogram
  }

  private get endMs(): number {
    return LEAD_MS + this.scenario.show.seconds * 1000
  }

  /** Packets that were due to who hears from then on. */
  private dueTo(sound: number, until: number): number {
    const { packetMs } = this.scenario.show
    const from = Math.max(
      0,
      Math.round((sound - LEAD_MS - this.scenario.listeners.bufferMs - this.usualMs) / packetMs)
    )
    const passed = until === Infinity ? Infinity : Math.max(0, Math.floor((until - sound) / packetMs) + 1)
    return Math.max(0, Math.min(this.packets - from, passed))
  }

  private row(
    peer: number,
    heard: {
      readonly until: number
      readonly startupMs: number | null
      readonly due: number
      readonly played: number
    }
  ): PeerRow {
    const { columns, packetBytes } = this
    const traits = columns.traits[peer]!
    return {
      peer,
      role: (traits & TRAIT.root) !== 0 ? 'root' : 'listener',
      region: regionOf(columns.placeOf(peer).x),
      mobile: (traits & TRAIT.mobile) !== 0,
      leaf: (traits & TRAIT.leaf) !== 0,
      hostile: false,
      uplinkKbps: columns.uplinkKbpsOf(peer),
      cameS: (columns.cameAt[peer]! - LEAD_MS) / 1000,
      leftS: heard.until === Infinity ? null : (heard.until - LEAD_MS) / 1000,
      startupMs: heard.startupMs,
      due: heard.due,
      played: heard.played,
      received: Math.round(heard.due),
      fresh: heard.due,
      sentBytes: Math.round(columns.sent[peer]! * packetBytes),
      controlBytes: 0
    }
  }
}

/** The region whose centre is nearest, as `geography.ts` has them: their spread is a sixth of the way between two. */
export function regionOf(x: number): number {
  if (x < 0) return 1
  return x < 136 ? 0 : 2
}
