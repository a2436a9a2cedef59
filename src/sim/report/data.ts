/** What the plots need, and no more: counted and binned, so that the page of a large run stays small. */

import type { PeerRow, Result, Second, Tree } from '../results/result.js'
import { secondsOf } from '../results/repeat.js'
import { type Bins, type ReportData, ROLES, type TimeBin, type TreeData, type UplinkClass } from './shapes.js'
import { faultText } from './words.js'

/** More than a screen has room for, in time and in the tree. */
const MOST_TIME_BINS = 600
const MOST_PEERS_DRAWN = 400
const MOST_BINS = 36

export function reportData(result: Result): ReportData {
  const { scenario, summary, peers, timeline, trees, delayByDepth } = result
  const listeners = peers.filter(({ role }) => role === 'listener')
  const startups = listeners.flatMap(({ startupMs, cameS }) =>
    startupMs === null || cameS < 0 ? [] : [startupMs]
  )
  const copies = listeners.flatMap(({ received, fresh }) => (fresh === 0 ? [] : [received / fresh]))
  const tree = trees.at(-1)
  return {
    seconds: scenario.show.seconds,
    figures: { startupMs: summary.startupMs.p50, copies: summary.copies },
    faults: scenario.faults.map(({ atS, forS = 0, untilS = atS, ...fault }, i) => ({
      number: i + 1,
      fromS: atS,
      toS: Math.min(scenario.show.seconds, untilS + forS),
      text: faultText({ ...fault, atS, forS, untilS })
    })),
    timeline: timeBins(timeline),
    startup: binned(startups, 0),
    copies: binned(copies, 1),
    delayByDepth,
    contribution: contribution(peers),
    classes: classes(result),
    tree: tree === undefined ? undefined : treeData(tree, scenario.show.stripes)
  }
}

function timeBins(timeline: readonly Second[]): TimeBin[] {
  const size = Math.max(1, Math.ceil(timeline.length / MOST_TIME_BINS))
  const bins: TimeBin[] = []
  for (let i = 0; i < timeline.length; i += size) {
    const seconds = timeline.slice(i, i + size)
    const sum = (of: (second: Second) => number): number => seconds.reduce((all, each) => all + of(each), 0)
    const mean = (of: (second: Second) => number): number => Math.round(sum(of) / seconds.length)
    bins.push({
      fromS: seconds[0]!.second,
      toS: seconds.at(-1)!.second + 1,
      here: mean(({ here }) => here),
      hearing: mean(({ hearing }) => hearing),
      joined: sum(({ joined }) => joined),
      left: sum(({ left }) => left),
      continuity: rounded(sum(({ continuity }) => continuity) / seconds.length, 6),
      worst: rounded(Math.min(...seconds.map(({ continuity }) => continuity)), 6),
      originKbps: mean(({ originKbps }) => originKbps),
      peersKbps: mean(({ peersKbps }) => peersKbps),
      controlKbps: mean(({ controlKbps }) => controlKbps)
    })
  }
  return bins
}

/** A long tail is cut, or it would press all the others into one bin. */
function binned(values: readonly number[], from: number): Bins {
  const sorted = [...values].sort((a, b) => a - b)
  const high = sorted.at(-1) ?? from
  const tail = sorted[Math.floor(sorted.length * 0.99)] ?? from
  const most = Math.min(high, from + 1.5 * (tail - from))
  const width = niceStep((most - from) / MOST_BINS)
  const counts: number[] = []
  let beyond = 0
  for (const value of sorted) {
    const bin = Math.max(0, Math.floor((value - from) / width))
    if (value > most && bin * width + from > most) beyond++
    else counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { from, width, counts: Array.from(counts, (count: number | undefined) => count ?? 0), beyond }
}

/** The next of 1, 2, 2.5, 5, 10 … */
function niceStep(least: number): number {
  if (!(least > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return rounded(([1, 2, 2.5, 5].find((step) => step * power >= least) ?? 10) * power, 9)
}

function contribution(peers: readonly PeerRow[]): [number, number][] {
  const sent = peers.map(({ sentBytes }) => sentBytes).sort((a, b) => b - a)
  const all = sent.reduce((sum, bytes) => sum + bytes, 0)
  if (all === 0) return []
  const points: [number, number][] = [[0, 0]]
  const steps = Math.min(100, sent.length)
  let sum = 0
  let next = 1
  for (const [i, bytes] of sent.entries()) {
    sum += bytes
    if (i + 1 < (next * sent.length) / steps) continue
    points.push([rounded((i + 1) / sent.length, 4), rounded(sum / all, 4)])
    next++
  }
  return points
}

/** From the least upload to the most. */
const CLASSES: readonly { readonly name: string; readonly has: (row: PeerRow) => boolean }[] = [
  { name: 'passes nothing on', has: ({ leaf, role }) => leaf && role === 'listener' },
  { name: 'phone', has: ({ mobile }) => mobile },
  { name: 'fixed, below 10 Mbit/s', has: ({ role, uplinkKbps }) => role !== 'root' && below(uplinkKbps, 10) },
  { name: 'fixed, 10 to 30 Mbit/s', has: ({ role, uplinkKbps }) => role !== 'root' && below(uplinkKbps, 30) },
  { name: 'fixed, above 30 Mbit/s', has: ({ role }) => role !== 'root' },
  { name: 'root', has: () => true }
]

function below(uplinkKbps: number | null, mbps: number): boolean {
  return uplinkKbps !== null && uplinkKbps < mbps * 1000
}

function classes(result: Result): UplinkClass[] {
  const { over } = secondsOf(result)
  const sums = CLASSES.map(({ name }) => ({ name, peers: 0, bytes: 0, seconds: 0 }))
  for (const row of result.peers) {
    const sum = sums[CLASSES.findIndex(({ has }) => has(row))]!
    sum.peers++
    sum.bytes += row.sentBytes
    sum.seconds += Math.max(0, Math.min(over, row.leftS ?? over) - Math.max(0, row.cameS))
  }
  const kbps = showKbps(result)
  return sums
    .filter(({ peers }) => peers > 0)
    .map(({ name, peers, bytes, seconds }) => ({
      name,
      peers,
      copies: seconds === 0 ? 0 : rounded((bytes * 8) / 1000 / seconds / kbps, 3)
    }))
}

/** What one copy of the show takes, with signatures and heads. */
export function showKbps({ scenario, summary, timeline }: Result): number {
  const origin = timeline.reduce((sum, { originKbps }) => sum + originKbps, 0)
  if (origin === 0 || summary.originCopies === 0) return scenario.show.kbps
  return origin / timeline.length / summary.originCopies
}

/** Peers by depth (-1 is not fed) and region. */
export function cellsOf(tree: Tree): TreeData['cells'] {
  if (tree.cells !== undefined)
    return tree.cells.map(({ depth, region, peers }) => ({ depth: depth ?? -1, region, peers }))
  const counts = new Map<string, { depth: number; region: number; peers: number }>()
  for (const { depth, region } of tree.peers) {
    const key = `${depth ?? -1}/${region}`
    const cell = counts.get(key)
    if (cell === undefined) counts.set(key, { depth: depth ?? -1, region, peers: 1 })
    else cell.peers++
  }
  return [...counts.values()].sort((a, b) => a.depth - b.depth || a.region - b.region)
}

function treeData(tree: Tree, stripes: number): TreeData {
  const cells = cellsOf(tree)
  if (tree.cells !== undefined || tree.peers.length > MOST_PEERS_DRAWN)
    return { atS: tree.atS, stripes, cells }
  const placeOf = new Map(tree.peers.map(({ peer }, i) => [peer, i]))
  return {
    atS: tree.atS,
    stripes,
    cells,
    peers: tree.peers.map(({ role, region, depth }) => [ROLES.indexOf(role), region, depth ?? -1] as const),
    edges: tree.edges.flatMap(({ from, to, stripes: some }) => {
      const parent = placeOf.get(from)
      const child = placeOf.get(to)
      if (parent === undefined || child === undefined) return []
      return [[parent, child, some.reduce((bits, stripe) => bits | (1 << stripe), 0)] as const]
    })
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
