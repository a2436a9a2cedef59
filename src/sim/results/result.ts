/** What a run comes to: everything in it is a function of scenario, topology and seed, but for what it cost. */

import type { Scenario } from '../scenario/scenario.js'

export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface Summary {
  readonly scenario: string
  readonly engine: 'exact' | 'crowd'
  readonly topology: string
  readonly seed: number
  /** Listeners that came. */
  readonly peers: number
  /** Of them those who cheat: how they hear the show is in no figure. */
  readonly hostile: number
  /** Packets that these have made up, or sent again and again. */
  readonly badPackets: number
  /** Packets played in time over packets due, mean over listeners; 0…1. Who never heard anything within ten seconds counts
   * as 0, who left before had nothing due. */
  readonly continuity: number
  /** Share of listeners that missed nothing; 0…1. */
  readonly gapFree: number
  /** Listeners that stayed for ten seconds of the show and heard nothing. */
  readonly unheard: number
  /** From coming to the first sound, of those who came to a running show. */
  readonly startupMs: Quantiles
  /** The same of those who came while servers were flooded; all 0 where nobody did. */
  readonly startupFloodedMs: Quantiles
  /** From a packet's making to its arrival, before the buffer. */
  readonly delayMs: Quantiles
  /** After each fault, for each listener: how much later than usual the latest packet of the next 5 s came; 5,000 if one
   * never did. */
  readonly recoveryMs: Quantiles
  /** Packets received over packets needed. */
  readonly copies: number
  /** Bytes of packets that the origin sent over those of one show. */
  readonly originCopies: number
  /** Links that packets passed on their way. */
  readonly depth: Quantiles
  /** Control messages between peers over all bytes between peers; 0…1. */
  readonly controlShare: number
  /** Bytes to and from trackers, a listener. */
  readonly trackerBytes: number
  /** Happenings of the world that were handled. */
  readonly events: number
  /** Packets that reached a peer. */
  readonly deliveries: number
  /** What it took; not a function of the seed. */
  readonly wallMs: number
  readonly bytesPerPeer: number
}

/** One listener. Times are seconds of the show, below 0 before its begin. */
export interface PeerRow {
  readonly peer: number
  readonly role: 'root' | 'listener'
  readonly region: number
  readonly mobile: boolean
  readonly leaf: boolean
  readonly hostile: boolean
  readonly uplinkKbps: number | null
  readonly cameS: number
  /** null if it stayed to the end. */
  readonly leftS: number | null
  readonly startupMs: number | null
  readonly due: number
  readonly played: number
  readonly received: number
  readonly fresh: number
  readonly sentBytes: number
  readonly controlBytes: number
}

/** One second of the show. */
export interface Second {
  readonly second: number
  /** Listeners that are there, and that hear the show. */
  readonly here: number
  readonly hearing: number
  readonly joined: number
  readonly left: number
  /** Of the packets made in this second and due to listeners, the share that was played; 1 if none was. */
  readonly continuity: number
  readonly originKbps: number
  readonly peersKbps: number
  readonly controlKbps: number
  readonly trackerKbps: number
}

export interface Tree {
  readonly atS: number
  readonly peers: readonly TreePeer[]
  readonly edges: readonly TreeEdge[]
  /** Instead of both where the crowd is too large to be written down peer by peer: how many stand where. */
  readonly cells?: readonly TreeCell[]
}

export interface TreeCell {
  /** Links to the origin by the shortest way; null for those who are not fed. */
  readonly depth: number | null
  readonly region: number
  readonly peers: number
}

export interface TreePeer {
  readonly peer: number
  readonly role: 'origin' | 'root' | 'listener'
  readonly region: number
  /** Links to the origin by the shortest way; null if it is not fed. */
  readonly depth: number | null
}

export interface TreeEdge {
  readonly from: number
  readonly to: number
  readonly stripes: readonly number[]
}

export interface DelayByDepth extends Quantiles {
  readonly depth: number
  readonly packets: number
}

/** Something that must never be, and was. */
export interface Violation {
  readonly atS: number
  readonly peer: number
  readonly checker: string
  readonly what: string
}

export interface Result {
  readonly scenario: Scenario
  readonly summary: Summary
  readonly peers: readonly PeerRow[]
  readonly timeline: readonly Second[]
  readonly trees: readonly Tree[]
  readonly delayByDepth: readonly DelayByDepth[]
  readonly violations: readonly Violation[]
}
