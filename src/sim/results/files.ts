/**
 * A result as files, for people, for spreadsheets and for graph programs. Every byte is a function of scenario, topology, seed and
 * version, but for what the run cost, which stands in `manifest.json` and `summary.json` alone.
 */

import { reportOf } from '../report/html.js'
import { dot, graphml } from './graph.js'
import { repeatOf, secondsOf } from './repeat.js'
import type { PeerRow, Result, Second } from './result.js'

export interface FilesOptions {
  /** Of treecast, for the manifest and the foot of the report. */
  readonly version: string
}

/**
 * @returns the text of each file by its name: `manifest.json`, `summary.json`, `peers.jsonl`, `timeline.csv`, `report.html`, and the
 * last tree that was written down as `tree.graphml` and `tree.dot`; earlier ones are `tree-<second>s.…`. A run that was ended before
 * there was a tree has none, nor has a crowd that is too large for it.
 */
export function resultFiles(result: Result, { version }: FilesOptions): ReadonlyMap<string, string> {
  const files = new Map([
    ['manifest.json', json(manifest(result, version))],
    ['summary.json', json(result.summary)],
    ['peers.jsonl', result.peers.map((row: PeerRow) => `${JSON.stringify(row)}\n`).join('')],
    ['timeline.csv', csv(result.timeline)]
  ])
  const drawn = result.trees.filter(({ cells }) => cells === undefined)
  for (const [i, tree] of drawn.entries()) {
    const name = i === drawn.length - 1 ? 'tree' : `tree-${tree.atS}s`
    files.set(`${name}.graphml`, graphml(tree))
    files.set(`${name}.dot`, dot(tree))
  }
  files.set('report.html', reportOf(result, version))
  return files
}

function manifest(result: Result, treecast: string): object {
  const { engine, topology, seed, wallMs, bytesPerPeer } = result.summary
  const { over, all } = secondsOf(result)
  const { command } = repeatOf(result)
  const { scenario } = result
  return {
    treecast,
    engine,
    topology,
    seed,
    command,
    isComplete: over === all,
    seconds: over,
    scenario,
    wallMs,
    bytesPerPeer
  }
}

const COLUMNS = [
  'second',
  'here',
  'hearing',
  'joined',
  'left',
  'continuity',
  'originKbps',
  'peersKbps',
  'controlKbps',
  'trackerKbps'
] as const satisfies readonly (keyof Second)[]

function csv(timeline: readonly Second[]): string {
  const rows = timeline.map((second) => COLUMNS.map((column) => second[column]).join(','))
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
