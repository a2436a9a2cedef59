/** How a report looks: one column of text, plots that take what room there is, on screens light and dark, and on paper. */

const LIGHT = `
  --page: #fcfcfa; --card: #ffffff; --ink: #1d2329; --quiet: #5b6670; --line: #dfe3e4; --grid: #e9eced;
  --main: #12739a; --soft: #a9d3e4; --second: #8a5a00; --fault: #c2410c; --bad: #b42318; --bad-page: #fdf0ee;
  --stripe-0: #12739a; --stripe-1: #b45309; --stripe-2: #5b7f1c; --stripe-3: #86459c; --stripe-4: #0f766e; --stripe-5: #9f1f4f;
  --stripe-6: #5f5f6e; --stripe-7: #8c6d1f;`

const DARK = `
  --page: #14181c; --card: #1a2026; --ink: #e7ebee; --quiet: #9aa6b0; --line: #303940; --grid: #262e35;
  --main: #5cb8dc; --soft: #24566b; --second: #e3b15c; --fault: #fb8d5a; --bad: #ff8a7d; --bad-page: #2b1a19;
  --stripe-0: #5cb8dc; --stripe-1: #f0a35e; --stripe-2: #a5c65f; --stripe-3: #cd93e0; --stripe-4: #4fc9bb; --stripe-5: #f08fb4;
  --stripe-6: #b4b4c4; --stripe-7: #d9bd6a;`

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 82rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif }
h1 { margin: 0; font-size: clamp(2rem, 6vw, 3.25rem); line-height: 1.1; letter-spacing: -.025em; font-weight: 750 }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; line-height: 1.3; letter-spacing: -.005em }
p { margin: 0 0 .75rem }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem }
.story p { max-width: 46rem }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: .9em }
section { margin-top: 2.5rem }
.kind { margin: 0 0 .5rem; color: var(--main); font-weight: 650; letter-spacing: .01em }
.about { margin: .75rem 0 1rem; max-width: 46rem; font-size: 1.15rem; color: var(--quiet); overflow-wrap: anywhere }
.facts { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 }
.facts span { padding: .1rem .65rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .9rem; white-space: nowrap }
.note, .violations { margin-top: 1.25rem; padding: 1rem 1.25rem; border: 1px solid var(--bad); border-left-width: .35rem; border-radius: .5rem;
  background: var(--bad-page) }
.note { padding: .6rem 1rem }
.violations h2 { color: var(--bad) }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1px; margin: 0; padding: 0; list-style: none;
  overflow: hidden; border: 1px solid var(--line); border-radius: .75rem; background: var(--card) }
.headline li { padding: 1.1rem 1.25rem; outline: 1px solid var(--line) }
.headline strong { display: block; font-size: 2.1rem; line-height: 1.15; letter-spacing: -.03em; font-weight: 700; font-variant-numeric: tabular-nums }
.headline span { display: block; margin-top: .2rem; color: var(--quiet); font-size: .95rem; line-height: 1.4 }
.headline .bad strong { color: var(--bad) }
.faults { margin: .5rem 0 0; padding: 0; list-style: none; counter-reset: fault }
.faults li { position: relative; margin: .35rem 0; padding-left: 2.1rem; counter-increment: fault }
.faults li::before { content: counter(fault); position: absolute; left: 0; top: .05rem; width: 1.45rem; height: 1.45rem; border-radius: 50%;
  background: var(--fault); color: var(--page); font-size: .85rem; font-weight: 700; line-height: 1.45rem; text-align: center }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 2.5rem 3rem }
figure { margin: 0; min-width: 0 }
.spread { grid-column: 1 / -1 }
figcaption p { margin-bottom: .5rem; max-width: 46rem; color: var(--quiet); font-size: .95rem; line-height: 1.4 }
.plot { min-height: 3rem; --plot-background: var(--card) }
.plot svg { display: block; max-width: 100%; overflow: visible; font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif;
  font-variant-numeric: tabular-nums }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .25rem 0 .35rem; padding: 0; list-style: none; font-size: .9rem }
.legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: .2rem; vertical-align: -.05rem }
.legend i.ring { border: 2px solid; background: none !important; border-radius: 50% }
.legend i.line { height: .2rem; vertical-align: .2em }
.legend i.dot { border-radius: 50% }
fieldset { display: flex; flex-wrap: wrap; gap: .4rem; margin: .25rem 0 .75rem; padding: 0; border: 0 }
fieldset legend { float: left; margin-right: .6rem; padding: 0; font-size: .95rem; line-height: 1.9 }
fieldset label { position: relative; padding: .15rem .75rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .9rem; cursor: pointer }
fieldset input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer }
fieldset label:has(:checked) { border-color: var(--chosen, var(--ink)); background: var(--chosen, var(--ink)); color: var(--page) }
fieldset label:has(:focus-visible), summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--main); outline-offset: 2px }
details { margin-top: .6rem }
summary { width: fit-content; color: var(--quiet); font-size: .9rem; cursor: pointer }
#tree .plot svg { margin: 0 auto }
.wide { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: .92rem }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400 }
td { font-variant-numeric: tabular-nums }
thead th { color: var(--quiet); font-size: .85rem; white-space: nowrap }
#figures ~ .wide td:nth-child(2) { white-space: nowrap; font-weight: 600 }
figure table { width: auto; min-width: 50% }
figure details .wide { max-height: 22rem; overflow: auto }
pre { overflow-x: auto; margin: .5rem 0 0; padding: .85rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); line-height: 1.45 }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .9rem }
@media (max-width: 30rem) {
  body { padding-top: 1.5rem }
  .headline { grid-template-columns: 1fr 1fr }
  .headline li { padding: .85rem .9rem }
  .headline strong { font-size: 1.4rem; white-space: nowrap }
  .headline span { font-size: .85rem }
  #figures ~ .wide td:nth-child(2) { white-space: normal; min-width: 8rem }
  #figures ~ .wide td:nth-child(3) { min-width: 15rem }
}
@media print {
  :root { color-scheme: light; ${LIGHT} --page: #fff }
  body { max-width: none; padding: 0; font-size: 10pt }
  figure, .headline li, tr { break-inside: avoid }
  fieldset, figure details { display: none }
}
`
