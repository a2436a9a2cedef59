/** What a sweep's report adds to how a report looks: rows of means with their intervals. */

export const FOREST_STYLE = `
h1 + .facts { margin-top: 1rem }
.scenario { font-size: 1.6rem; letter-spacing: -.015em }
.scenario + .about { font-size: 1rem; margin-top: .25rem }
h3 { margin: 0 0 .1rem; font-size: 1.05rem; line-height: 1.3 }
.forests { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 2rem 3rem; margin-top: 1.25rem }
.forest { margin: 0; padding: 0; list-style: none }
.forest li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: .35rem 0 .3rem; border-top: 1px solid var(--line);
  break-inside: avoid }
.forest .label { overflow-wrap: anywhere; font-size: .92rem }
.forest .value { font-size: .92rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap }
.forest .line { position: relative; grid-column: 1 / -1; height: .8rem; margin: 0 .35rem; print-color-adjust: exact; -webkit-print-color-adjust: exact }
.forest .line::before { content: ''; position: absolute; inset: .38rem 0 auto; height: 1px; background: var(--grid) }
.forest i { position: absolute; top: .25rem; height: .3rem; min-width: 1px; border-radius: .15rem; background: var(--soft) }
.forest b { position: absolute; top: .12rem; width: .55rem; height: .55rem; margin-left: -.275rem; border-radius: 50%; background: var(--main) }
.ends { display: flex; justify-content: space-between; margin: 0; padding: 0 .1rem; color: var(--quiet); font-size: .8rem;
  font-variant-numeric: tabular-nums }
.means th, .means td { white-space: nowrap; text-align: right }
.means th:first-child { text-align: left }
.violations code { overflow-wrap: anywhere }
@media print {
  .forests { grid-template-columns: 1fr 1fr; gap: 1.25rem 2rem }
}
`
