/** `report.html`: one file that needs no network. What it says stands in the page; its script draws the plots. */

import { repeatOf, secondsOf } from '../results/repeat.js'
import type { Result, Violation } from '../results/result.js'
import { reportData } from './data.js'
import { escape } from './escape.js'
import { headOf } from './head.js'
import { type Plotted, PLOTS } from './plots.js'
import { pageScript } from './script.js'
import type { ReportData } from './shapes.js'
import { story } from './story.js'
import { allFigures, headline, whole } from './words.js'

/** A run that goes wrong goes wrong often. */
const MOST_VIOLATIONS = 20

export function reportOf(result: Result, version: string): string {
  const { scenario, summary } = result
  const data = reportData(result)
  const { over, all } = secondsOf(result)
  const hasGraph = result.trees.some(({ cells }) => cells === undefined)
  const plots = PLOTS.filter(({ isShown }) => isShown?.(data) ?? true)
  const title = `${scenario.name}, ${summary.topology}, seed ${summary.seed} · treecast`
  return `${headOf({ title, version, description: scenario.about, hasScript: true })}
<header>
<p class="kind">Simulated show</p>
<h1>${escape(scenario.name)}</h1>
<p class="about">${escape(scenario.about)}</p>
<p class="facts">${facts(result)
    .map((fact) => `<span>${escape(fact)}</span>`)
    .join(' ')}</p>
${over === all ? '' : partial(over, all)}
</header>
<main>
${violations(result.violations)}
<section aria-labelledby="in-short">
<h2 id="in-short" class="aside">In short</h2>
<ul class="headline">
${headline(result)
  .map(
    ({ value, text, isBad }) =>
      `<li${isBad === true ? ' class="bad"' : ''}><strong>${escape(value)}</strong> <span>${escape(text)}</span></li>`
  )
  .join('\n')}
</ul>
</section>
${faults(data.faults)}
${story(result)}
<section class="plots" aria-label="Plots">
${plots.map((plot) => figure(plot, data)).join('\n')}
</section>
<section aria-labelledby="figures">
<h2 id="figures">All figures</h2>
<div class="wide" tabindex="0" role="region" aria-labelledby="figures"><table>
<thead><tr><th scope="col">Figure</th><th scope="col">Value</th><th scope="col">What it is</th></tr></thead>
<tbody>
${allFigures(summary)
  .map(
    ([name, value, what]) =>
      `<tr><th scope="row"><code>${name}</code></th><td>${escape(value)}</td><td>${escape(what)}</td></tr>`
  )
  .join('\n')}
</tbody></table></div>
</section>
${repeat(result)}
</main>
<footer>
<p>Made by treecast ${escape(version)}. Scenario, topology and seed fix every figure on this page. Raw data is beside it:
<code>summary.json</code>, <code>peers.jsonl</code>, <code>timeline.csv</code>${hasGraph ? ', <code>tree.graphml</code>, <code>tree.dot</code>' : ''}.</p>
</footer>
<script type="application/json" id="data">${inScript(JSON.stringify(data))}</script>
<script>${inScript(pageScript)}</script>
</body>
</html>
`
}

function facts({ scenario, summary, violations }: Result): string[] {
  const { show, roots } = scenario
  return [
    `topology ${summary.topology}`,
    `${whole(summary.peers)} listeners`,
    ...(roots > 0 ? [`${roots} roots`] : []),
    `${show.seconds} s at ${show.kbps} kbit/s`,
    `seed ${summary.seed}`,
    `${summary.engine} engine`,
    ...(violations.length === 0
      ? []
      : [`${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}`])
  ]
}

function partial(over: number, all: number): string {
  return `<p class="note" role="note"><strong>Ended early.</strong> Everything here is about the first ${over} of ${all} seconds.</p>`
}

function violations(all: readonly Violation[]): string {
  if (all.length === 0) return ''
  const rows = all
    .slice(0, MOST_VIOLATIONS)
    .map(
      ({ atS, peer, checker, what }) =>
        `<tr><td>${atS}</td><td>${peer}</td><td>${escape(checker)}</td><td>${escape(what)}</td></tr>`
    )
  const more =
    all.length > MOST_VIOLATIONS ? `<p>The first ${MOST_VIOLATIONS} of ${all.length} are shown.</p>` : ''
  return `<section class="violations" role="alert" aria-labelledby="violations">
<h2 id="violations">${all.length === 1 ? 'One invariant was' : `${all.length} times an invariant was`} violated</h2>
<p>This must never be, whatever the scenario: the protocol or the simulator is wrong, and so may be every figure below.</p>
<div class="wide" tabindex="0" role="region" aria-labelledby="violations"><table>
<thead><tr><th scope="col">At, s</th><th scope="col">Peer</th><th scope="col">Checker</th><th scope="col">What</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>${more}
</section>`
}

function faults(all: readonly { readonly number: number; readonly text: string }[]): string {
  if (all.length === 0) return ''
  return `<section aria-labelledby="faults">
<h2 id="faults">What goes wrong</h2>
<ol class="faults">
${all.map(({ text }) => `<li>${escape(text)}</li>`).join('\n')}
</ol>
</section>`
}

function figure({ name, title, text, isWide }: Plotted, data: ReportData): string {
  const how = typeof text === 'string' ? text : text(data)
  return `<figure${isWide === true ? ' class="spread"' : ''} id="${name}">
<figcaption><h2>${escape(title)}</h2><p>${escape(how)}</p></figcaption>
<div class="plot"></div>
<noscript><p>Plots are drawn by the page’s own script, which is switched off.</p></noscript>
</figure>`
}

function repeat(result: Result): string {
  const { command, isShipped } = repeatOf(result)
  const { name } = result.scenario
  const how = isShipped
    ? 'The same command gives the same figures on any machine.'
    : `Save the scenario below as <code>${escape(name)}.json</code>: the same command gives the same figures on any machine.`
  return `<section aria-labelledby="again">
<h2 id="again">Again</h2>
<p>${how}</p>
<pre class="command" tabindex="0"><code>${escape(command)}</code></pre>
<details><summary>The scenario, whole</summary>
<pre tabindex="0"><code>${escape(JSON.stringify(result.scenario, undefined, 2))}</code></pre>
</details>
</section>`
}

/** Only these end a script, or begin what hides its end; in JSON and in the texts of a script the escape means the same. */
function inScript(code: string): string {
  return code.replace(/<(?=\/script|!--|script)/gi, '\\u003c').replaceAll('\u2028', '\\u2028')
}
