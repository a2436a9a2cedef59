/** The tables of docs/rivals.md. */

import { CONTENDERS } from './contenders.js'
import type { Outcome, Stretch } from './run.js'

export function printTables(all: readonly Outcome[]): void {
  const place = ({ contender: { name } }: Outcome): number => CONTENDERS.findIndex((one) => one.name === name)
  const outcomes = all.toSorted(
    (a, b) => a.plan.peers - b.plan.peers || a.plan.rate - b.plan.rate || place(a) - place(b)
  )
  console.log('\n### While nothing happens\n')
  print(
    [
      'network',
      'peers',
      'messages/s',
      'copies',
      'bytes a useful byte',
      'origin sends, shows',
      'CPU a peer a message, µs',
      'delay p50, ms',
      'p99',
      'missed %',
      'machine idle %'
    ],
    outcomes.map(({ contender, plan, copies, bytesPerByte, egress, cpu, calm }) => [
      contender.name,
      plan.peers,
      plan.rate,
      copies.toFixed(2),
      bytesPerByte.toFixed(2),
      egress.toFixed(1),
      cpu.toFixed(0),
      calm.delayP50.toFixed(0),
      calm.delayP99.toFixed(0),
      percent(calm.missed),
      idlePercent(calm)
    ])
  )
  printFault('A fifth of the peers is killed', outcomes, ({ killed }) => killed)
  printFault('Another fifth is frozen', outcomes, ({ frozen }) => frozen)
  console.log('')
  for (const { name, note } of CONTENDERS) console.log(`- ${name}: ${note}`)
}

function printFault(title: string, outcomes: readonly Outcome[], of: (outcome: Outcome) => Stretch): void {
  console.log(`\n### ${title}\n`)
  print(
    [
      'network',
      'peers',
      'messages/s',
      'longest gap, s',
      'missed %',
      'survivors that missed any',
      'all whole after, s',
      'machine idle %'
    ],
    outcomes.map((outcome) => {
      const { contender, plan, survivors } = outcome
      const stretch = of(outcome)
      const { longestGap, missed, peersThatMissed, whole, never } = stretch
      return [
        contender.name,
        plan.peers,
        plan.rate,
        (longestGap / 1000).toFixed(1),
        percent(missed),
        `${peersThatMissed} of ${survivors}`,
        never > 0 ? `never: ${never} of ${survivors}` : (whole / 1000).toFixed(1),
        idlePercent(stretch)
      ]
    })
  )
}

function idlePercent({ idle }: Stretch): string {
  return (100 * idle).toFixed(0)
}

function percent(share: number): string {
  return (share * 100).toFixed(2)
}

/** Figures to the right. */
function print(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  console.log(`| ${head.join(' | ')} |`)
  console.log(`|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}
