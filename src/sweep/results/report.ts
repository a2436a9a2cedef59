/** `report.html` of a sweep: one file without a script, which reads on a phone, on a wide screen and on paper. */

import { escape } from '../../sim/report/escape.js'
import { headOf } from '../../sim/report/head.js'
import { whole } from '../../sim/report/words.js'
import type { CellResult } from '../cell.js'
import type { Grid } from '../grid.js'
import type { Group } from './groups.js'
import { type Shown, SHOWN, shownText } from './shown.js'
import { FOREST_STYLE } from './style.js'

export interface Swept {
  readonly grid: Grid
  /** Cells that the grid has; more than `cells` where some are missing. */
  readonly count: number
  readonly cells: readonly CellResult[]
  readonly groups: readonly Group[]
  readonly version: string
}

/** More are in `cells.csv` alone: a page of all would be long to load and never read. */
const MOST_COMMANDS = 500

export function sweepReport(swept: Swept): string {
  const { grid, version } = swept
  const title = `${grid.name} · treecast sweep`
  return `${headOf({ title, version, style: FOREST_STYLE, hasScript: false })}
<header>
<p class="kind">Sweep of simulated shows</p>
<h1>${escape(grid.name)}</h1>
${grid.about === '' ? '' : `<p class="about">${escape(grid.about)}</p>`}
<p class="facts">${facts(swept)
    .map((fact) => `<span>${escape(fact)}</span>`)
    .join(' ')}</p>
${missing(swept)}
</header>
<main>
${violated(swept)}
${grid.scenarios.map(({ scenario }) => scenarioSection(swept, scenario.name, scenario.about)).join('\n')}
${commands(swept)}
</main>
<footer>
<p>Made by treecast ${escape(version)}. Each figure is the mean over seeds; the bar is its 95 % confidence interval by Student’s t, the number after ± half
of it. Beside this page: <code>cells.csv</code>, <code>means.csv</code>, <code>means.json</code>.</p>
</footer>
</body>
</html>
`
}

function facts({ grid, cells }: Swept): string[] {
  const { scenarios, topologies, set, seeds, engine } = grid
  return [
    counted(cells.length, 'cell'),
    scenarios.length === 1 ? scenarios[0]!.scenario.name : `${scenarios.length} scenarios`,
    topologies.length === 1 ? `topology ${topologies[0]!}` : `${topologies.length} topologies`,
    ...Object.entries(set).map(([path, values]) => `${path} ${values.map(String).join(', ')}`),
    counted(seeds.length, 'seed'),
    `${engine} engine`
  ]
}

function missing({ count, cells }: Swept): string {
  if (cells.length === count) return ''
  return `<p class="note" role="note"><strong>Not all is there.</strong> ${whole(cells.length)} of ${counted(count, 'cell')} are finished; the same command goes on with the rest.</p>`
}

function violated({ cells }: Swept): string {
  const bad = cells.filter(({ violations }) => violations > 0)
  if (bad.length === 0) return ''
  const lines = bad.slice(0, 20).map(({ command, violations }) => {
    return `<li><code>${escape(command)}</code>: ${whole(violations)}</li>`
  })
  return `<section class="violations" role="alert" aria-labelledby="violations">
<h2 id="violations">Invariants were violated in ${counted(bad.length, 'cell')}</h2>
<p>This must never be, whatever the scenario: the protocol or the simulator is wrong, and so may be every figure below. The commands say more:</p>
<ul>${lines.join('\n')}</ul>
</section>`
}

function scenarioSection({ groups, grid }: Swept, name: string, about: string): string {
  const ours = groups.filter(({ scenario }) => scenario === name)
  if (ours.length === 0) return ''
  const labels = ours.map((group) => labelOf(group, grid))
  const id = escape(name)
  return `<section aria-labelledby="${id}">
<h2 id="${id}" class="scenario">${escape(name)}</h2>
<p class="about">${escape(about)}</p>
<div class="forests">
${SHOWN.map((shown) => forest(shown, ours, labels)).join('\n')}
</div>
<details><summary>As a table</summary>
${table(ours, labels)}
</details>
</section>`
}

/** What tells a group from the others of its scenario. */
function labelOf({ topology, set }: Group, { topologies, set: parameters }: Grid): string {
  const varied = Object.entries(set).filter(([path]) => parameters[path]!.length > 1)
  const parts = varied.map(([path, value]) => `${shortName(path, Object.keys(parameters))} ${String(value)}`)
  return (topologies.length > 1 || parts.length === 0 ? [topology, ...parts] : parts).join(' · ')
}

/** `bufferMs` for `listeners.bufferMs`, where no other parameter ends so. */
function shortName(path: string, all: readonly string[]): string {
  const short = path.replace(/^.*\./, '')
  return all.some((other) => other !== path && other.replace(/^.*\./, '') === short) ? path : short
}

/** A row for each group: where its mean lies, and how sure that is. */
function forest(shown: Shown, groups: readonly Group[], labels: readonly string[]): string {
  const rows = groups.map(({ figures }) => {
    const { mean, half } = figures[shown.figure]!
    const reach = half ?? 0
    return { mean, half, from: Math.max(0, mean - reach), to: Math.min(shown.most, mean + reach) }
  })
  const least = Math.min(...rows.map(({ from }) => from))
  const most = Math.max(...rows.map(({ to }) => to))
  const room = most - least
  const at = (value: number): number => (room === 0 ? 50 : (100 * (value - least)) / room)
  const lines = rows.map(({ mean, half, from, to }, i) => {
    const width = (at(to) - at(from)).toFixed(2)
    const bar = from === to ? '' : `<i style="left:${at(from).toFixed(2)}%;width:${width}%"></i>`
    const label = `<span class="label">${escape(labels[i]!)}</span>`
    const value = `<span class="value">${valueText(mean, half, shown)}</span>`
    return `<li>${label}${value}<span class="line">${bar}<b style="left:${at(mean).toFixed(2)}%"></b></span></li>`
  })
  const ends =
    room === 0
      ? ''
      : `<p class="ends" aria-hidden="true"><span>${shownText(least, shown)}</span><span>${shownText(most, shown)}${shown.unit}</span></p>`
  return `<figure><figcaption><h3>${escape(shown.title)}</h3><p>${escape(shown.text)}</p></figcaption>
<ol class="forest">${lines.join('\n')}</ol>${ends}</figure>`
}

function valueText(mean: number, half: number | null, shown: Shown): string {
  const interval = half === null ? '' : ` ± ${(half * shown.scale).toFixed(shown.digits)}`
  return `${shownText(mean, shown)}${interval}${shown.unit}`
}

function table(groups: readonly Group[], labels: readonly string[]): string {
  const head = SHOWN.map(({ title }) => `<th scope="col">${escape(title)}</th>`).join('')
  const rows = groups.map(({ figures, seeds }, i) => {
    const values = SHOWN.map((shown) => {
      const { mean, half } = figures[shown.figure]!
      return `<td>${valueText(mean, half, shown)}</td>`
    })
    return `<tr><th scope="row">${escape(labels[i]!)}</th><td>${seeds.length}</td>${values.join('')}</tr>`
  })
  return `<div class="wide" tabindex="0" role="region" aria-label="All means"><table class="means">
<thead><tr><th scope="col">What</th><th scope="col">Seeds</th>${head}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`
}

function commands({ cells }: Swept): string {
  const lines = cells.slice(0, MOST_COMMANDS).map(({ command }) => escape(command))
  const more =
    cells.length > MOST_COMMANDS
      ? `<p>The first ${MOST_COMMANDS} are shown; <code>cells.csv</code> has all.</p>`
      : ''
  return `<section aria-labelledby="again">
<h2 id="again">Again</h2>
<p>Each cell is one command, which gives the same figures on any machine; run in this folder with <code>--out DIR</code> it leaves a report of its own.</p>
<details><summary>${counted(cells.length, 'command')}</summary>${more}
<pre tabindex="0"><code>${lines.join('\n')}</code></pre>
</details>
</section>`
}

function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`
}
