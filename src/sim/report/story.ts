/** How a show went, in sentences: when people heard the first word, who had a gap, what the origin uploaded, what trackers saw. */

import type { Result, Second, Tree } from '../results/result.js'
import { cellsOf, showKbps } from './data.js'
import { percent, time, whole } from './words.js'

export function story(result: Result): string {
  const { timeline, trees } = result
  if (timeline.length === 0) return ''
  const sentences = [firstWord(result), flooded(result), gaps(result), origin(result), trackers(result)]
  const paragraphs = sentences.filter((each) => each !== '').map((each) => `<p>${each}</p>`)
  return `<section class="story" aria-labelledby="story">
<h2 id="story">How it went</h2>
${paragraphs.join('\n')}
${trees.length > 1 ? moments(trees) : ''}
</section>`
}

function firstWord({ summary, timeline }: Result): string {
  const { startupMs, peers, unheard } = summary
  const fullest = most(timeline, ({ hearing }) => hearing)
  const heard = `Half of those who came to the running show heard the first sound within ${time(startupMs.p50)}, 99 % of those who heard it within ${time(startupMs.p99)}.`
  const failed =
    unheard === 0
      ? 'Nobody stayed for ten seconds and heard nothing.'
      : `Of ${whole(peers)} visits ${whole(unheard)} lasted ten seconds or more and heard nothing.`
  return `${heard} ${failed} At the fullest, ${clock(fullest.second)} into the show, ${whole(fullest.hearing)} of ${whole(fullest.here)} heard it at once.`
}

function flooded({ summary, scenario }: Result): string {
  const { startupFloodedMs } = summary
  if (!scenario.faults.some(({ what }) => what === 'flood')) return ''
  return startupFloodedMs.p50 === 0
    ? 'Nobody who came while servers were flooded heard anything.'
    : `Who came while servers were flooded, and heard it: half within ${time(startupFloodedMs.p50)}, 99 % within ${time(startupFloodedMs.p99)}, the last after ${time(startupFloodedMs.max)}.`
}

function gaps({ summary, timeline }: Result): string {
  const { gapFree, continuity } = summary
  const worst = most(timeline, (second) => -second.continuity)
  const at =
    worst.continuity === 1
      ? 'In no second did anybody who listened miss anything.'
      : `The worst second was ${clock(worst.second)} into the show: ${percent(worst.continuity)} of it was heard.`
  return `${percent(gapFree)} of the visits missed nothing of what was due to them; on average ${percent(continuity)} was heard. ${at}`
}

function origin(result: Result): string {
  const { summary, timeline, scenario } = result
  const kbps = showKbps(result)
  const fullest = most(timeline, ({ here }) => here)
  const bytes = (summary.originCopies * kbps * 1000 * Math.min(timeline.length, scenario.show.seconds)) / 8
  const peak = most(timeline, ({ originKbps }) => originKbps)
  return `The origin uploaded ${amount(bytes)}, ${summary.originCopies.toFixed(1)} copies of the show, at most ${rate(peak.originKbps)}. A server that feeds each listener itself would have needed ${rate(fullest.here * kbps)}.`
}

function trackers({ summary, timeline }: Result): string {
  const peak = most(timeline, ({ trackerKbps }) => trackerKbps)
  return `All trackers together saw ${rate(peak.trackerKbps)} at most, ${clock(peak.second)} into the show, and ${whole(summary.trackerBytes)} bytes for each visit.`
}

/** How many stand how far from the origin, moment by moment. */
function moments(trees: readonly Tree[]): string {
  const depthsOf = (tree: Tree): Map<number, number> => {
    const counts = new Map<number, number>()
    for (const { depth, peers } of cellsOf(tree)) counts.set(depth, (counts.get(depth) ?? 0) + peers)
    return counts
  }
  const all = trees.map((tree) => ({ atS: tree.atS, counts: depthsOf(tree) }))
  const depths = [...new Set(all.flatMap(({ counts }) => [...counts.keys()]))].filter((depth) => depth > 0)
  depths.sort((a, b) => a - b)
  const hasUnfed = all.some(({ counts }) => counts.has(-1))
  const head = [...depths.map(String), ...(hasUnfed ? ['not fed'] : [])]
  const rows = all.map(({ atS, counts }) => {
    const cells = [...depths, ...(hasUnfed ? [-1] : [])].map(
      (depth) => `<td>${whole(counts.get(depth) ?? 0)}</td>`
    )
    return `<tr><th scope="row">${clock(atS)}</th>${cells.join('')}</tr>`
  })
  return `<h3 id="moments">Peers by links from the origin, at ${all.length} moments</h3>
<div class="wide" tabindex="0" role="region" aria-labelledby="moments"><table>
<thead><tr><th scope="col">Into the show</th>${head.map((each) => `<th scope="col">${each}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`
}

function most(timeline: readonly Second[], of: (second: Second) => number): Second {
  return timeline.reduce((best, each) => (of(each) > of(best) ? each : best))
}

/** 75 → "1:15 min". */
function clock(seconds: number): string {
  const rest = Math.round(seconds % 60)
  return `${Math.floor(seconds / 60)}:${String(rest).padStart(2, '0')} min`
}

function rate(kbps: number): string {
  if (kbps >= 1e6) return `${(kbps / 1e6).toFixed(kbps >= 1e7 ? 0 : 1)} Gbit/s`
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`
}

function amount(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}
