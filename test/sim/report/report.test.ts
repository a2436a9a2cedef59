import { expect } from 'chai'
import { reportData } from '../../../src/sim/report/data.js'
import { reportOf } from '../../../src/sim/report/html.js'
import { faultText, percent, time } from '../../../src/sim/report/words.js'
import type { Result, Tree } from '../../../src/sim/results/result.js'
import { shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'
import { small } from '../results/runs.js'

/** What a run of so many peers and seconds would leave, made of a small one. */
function enlarged(result: Result, peers: number, seconds: number): Result {
  const tree: Tree = {
    atS: 5,
    peers: Array.from({ length: peers }, (_, i) => ({
      peer: i,
      role: i === 0 ? ('origin' as const) : ('listener' as const),
      region: i % 3,
      depth: Math.floor(Math.log2(i + 1))
    })),
    edges: Array.from({ length: peers - 1 }, (_, i) => ({ from: i >> 1, to: i + 1, stripes: [0, 1, 2, 3] }))
  }
  const rows = Array.from({ length: peers }, (_, i) => ({
    ...result.peers[i % result.peers.length]!,
    peer: i,
    startupMs: 500 + ((i * 7919) % 4000),
    received: 3_000 + (i % 700),
    fresh: 3_000
  }))
  const timeline = Array.from({ length: seconds }, (_, second) => ({
    ...result.timeline[second % result.timeline.length]!,
    second
  }))
  return {
    ...result,
    scenario: { ...result.scenario, peers, show: { ...result.scenario.show, seconds } },
    peers: rows,
    timeline,
    trees: [tree]
  }
}

describe('the report', () => {
  let result: Result
  let page: string
  before(async () => {
    result = await small()
    page = reportOf(result, '1.2.3')
  })

  it('says scenario, command, faults and figures without any script', () => {
    expect(page).to.include('<h1>small</h1>')
    expect(page).to.include('treecast sim small.json --topology striped --seed 3')
    expect(page).to.include('at 8 s: 30 % of listeners pass nothing on any more, and do not say so, for 4 s')
    expect(page).to.include('was heard in time, on average over 40 listeners')
    expect(page).not.to.include('class="violations"')
  })

  it('takes nothing that a scenario says for markup', () => {
    expect(page).to.include('with &lt;tags&gt;, &quot;quotes&quot; &amp; a fault')
    const sly = { ...result.scenario, about: '</script><script>alert(1)</script>' }
    const text = reportOf({ ...result, scenario: sly }, '1')
    expect(text).not.to.include('</script><script>alert')
    expect(text.match(/<script/g)).to.have.length(2)
  })

  it('asks nothing of any other place', () => {
    expect(page).to.include("default-src 'none'")
    expect(page.replace(/xmlns="[^"]*"/g, '')).not.to.match(/\b(?:src|href)="(?!data:)/)
  })

  it('shows violations where nobody can miss them', () => {
    const violations = Array.from({ length: 30 }, (_, i) => {
      return { atS: i, peer: i, checker: 'loops', what: `a loop of <${i}>` }
    })
    const text = reportOf({ ...result, violations }, '1')
    expect(text).to.include('30 times an invariant was violated')
    expect(text).to.include('a loop of &lt;19&gt;').and.not.include('a loop of &lt;20&gt;')
    expect(text.indexOf('class="violations"')).to.be.below(text.indexOf('class="headline"'))
  })

  it('holds less than half a megabyte of data for ten thousand peers and an hour', () => {
    const large = enlarged(result, 10_000, 3_600)
    const size = JSON.stringify(reportData(large)).length
    expect(size).to.be.below(500_000)
    expect(reportData(large).tree).not.to.have.any.keys('peers', 'edges')
  })

  it('counts everybody once in each histogram', () => {
    const large = enlarged(result, 2_000, 60)
    const { startup, copies } = reportData(large)
    const listeners = large.peers.filter(({ role }) => role === 'listener')
    const all = ({ counts, beyond }: typeof startup): number =>
      counts.reduce((sum, each) => sum + each, beyond)
    expect(all(copies)).to.equal(listeners.length)
    expect(all(startup)).to.equal(listeners.filter(({ cameS }) => cameS >= 0).length)
  })

  it('bins what is too long, and loses nobody who joins', () => {
    const large = enlarged(result, 50, 3_601)
    const { timeline } = reportData(large)
    expect(timeline.length).to.be.within(300, 600)
    const joins = (all: readonly { readonly joined: number }[]): number =>
      all.reduce((sum, { joined }) => sum + joined, 0)
    expect(joins(timeline)).to.equal(joins(large.timeline))
    expect(timeline.at(-1)!.toS).to.equal(3_601)
  })

  it('never says 100 % of what is not all', () => {
    expect([0, 0.0042, 0.5, 0.741, 0.9989, 0.999999, 1].map(percent)).to.deep.equal([
      '0 %',
      '0.42 %',
      '50 %',
      '74.1 %',
      '99.89 %',
      '99.999 %',
      '100 %'
    ])
    expect([0, 271.4, 999, 1_541].map(time)).to.deep.equal(['0 ms', '271 ms', '999 ms', '1.5 s'])
  })

  it('has a sentence for every fault that is shipped', () => {
    const texts = Object.values(shippedScenarios).flatMap((scenario) => scenario!.faults.map(faultText))
    expect(texts).to.deep.equal([
      'every 10 s from 10 to 290 s: 1.7 % of listeners vanish without a word',
      'at 60 s: 20 % of relaying peers send everything late, by 200 to 800 ms',
      'at 150 s: 30 % of listeners pass nothing on any more, and do not say so',
      'at 60 s: all trackers are down, for 210 s',
      'every 10 s from 65 to 265 s: 1.7 % of listeners vanish without a word',
      'at 150 s: 7 roots are killed',
      'every 5 s from 60 to 180 s: the busiest 5 % of listeners are killed',
      'at 0 s: trackers, origin and roots are flooded, and answer 10 % of those who ask, for 1200 s',
      'at 0 s: trackers, origin and roots are flooded, and answer 2 % of those who ask, for 2400 s'
    ])
  })
})
