/** What `data.ts` puts into the page and `page.ts` finds there. */

import type { DelayByDepth } from '../results/result.js'

export interface ReportData {
  /** Of the show, however much of it was run. */
  readonly seconds: number
  /** Of the summary, for marks in the plots. */
  readonly figures: { readonly startupMs: number; readonly copies: number }
  readonly faults: readonly FaultMark[]
  readonly timeline: readonly TimeBin[]
  readonly startup: Bins
  readonly copies: Bins
  readonly delayByDepth: readonly DelayByDepth[]
  /** What all peers together have uploaded, from the busiest to the idlest: [share of peers, share of bytes]. */
  readonly contribution: readonly (readonly [number, number])[]
  readonly classes: readonly UplinkClass[]
  readonly tree?: TreeData | undefined
}

export interface FaultMark {
  readonly number: number
  readonly fromS: number
  /** The same as `fromS` for what is over at once. */
  readonly toS: number
  readonly text: string
}

/** Means over its seconds; joins and leaves are sums. */
export interface TimeBin {
  readonly fromS: number
  readonly toS: number
  readonly here: number
  readonly hearing: number
  readonly joined: number
  readonly left: number
  readonly continuity: number
  /** Of the worst second. */
  readonly worst: number
  readonly originKbps: number
  readonly peersKbps: number
  readonly controlKbps: number
}

/** A histogram of bins of one width. */
export interface Bins {
  readonly from: number
  readonly width: number
  readonly counts: readonly number[]
  /** How many are beyond the last bin. */
  readonly beyond: number
}

export interface UplinkClass {
  readonly name: string
  readonly peers: number
  /** Uploaded by each at a time, on average, in copies of the show. */
  readonly copies: number
}

export interface TreeData {
  readonly atS: number
  readonly stripes: number
  /** Each peer, if they are few enough to be drawn: [role, region, depth or -1]. */
  readonly peers?: readonly (readonly [role: number, region: number, depth: number])[]
  /** By places in `peers`; stripes are bits. */
  readonly edges?: readonly (readonly [from: number, to: number, stripes: number])[]
  /** How many peers there are at each depth of each region; depth -1 is not fed. */
  readonly cells: readonly { readonly depth: number; readonly region: number; readonly peers: number }[]
}

export const ROLES = ['origin', 'root', 'listener'] as const
