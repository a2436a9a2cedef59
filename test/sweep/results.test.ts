import { expect } from 'chai'
import type { CellResult } from '../../src/sweep/cell.js'
import { sweepFiles } from '../../src/sweep/results/files.js'
import { groupsOf } from '../../src/sweep/results/groups.js'
import { SHOWN, shownText } from '../../src/sweep/results/shown.js'
import { cells, grid, made } from './made.js'

const files = (some: readonly CellResult[] = cells): ReadonlyMap<string, string> =>
  sweepFiles(grid, cells.length, some, '1.2.3')

describe("a sweep's results", () => {
  it('are grouped by all but the seed', () => {
    const groups = groupsOf(cells)
    expect(groups.map(({ topology, set, seeds }) => [topology, set.peers, seeds])).to.deep.equal([
      ['striped', 10, [1, 2, 3]],
      ['striped', 20, [1, 2, 3]],
      ['tree', 10, [1, 2, 3]],
      ['tree', 20, [1, 2, 3]]
    ])
    const { continuity, 'delayMs.p99': delay } = groups[0]!.figures
    expect(continuity!.mean).to.be.closeTo(0.998, 1e-9)
    expect(continuity!.half).to.be.closeTo((4.303 * 0.001) / Math.sqrt(3), 1e-6)
    expect(delay).to.deep.equal({ mean: 30, half: 0 })
  })

  it('have a line for each cell, with its command', () => {
    const lines = files().get('cells.csv')!.trimEnd().split('\n')
    expect(lines).to.have.length(1 + cells.length)
    expect(lines[0]).to.match(
      /^scenario,topology,set\.peers,seed,peers,.*continuity,.*,delayMs\.p99,.*,command$/
    )
    expect(lines[1]).to.match(/^calm,striped,10,1,10,.*0\.999,.*,treecast sim calm --set peers=10 --topology/)
  })

  it('quote in CSV what needs it', () => {
    const odd = { ...made('striped', 10, 1), command: 'treecast sim "a, b"' }
    expect(files([odd]).get('cells.csv')).to.match(/,"treecast sim ""a, b"""\n$/)
  })

  it('are the same whatever they took', () => {
    const slow = cells.map((cell) => ({ ...cell, wallMs: 1e6 }))
    expect([...files(slow)]).to.deep.equal([...files()])
  })

  it('name every figure that is shown', () => {
    const known = Object.keys(groupsOf(cells)[0]!.figures)
    expect(SHOWN.map(({ figure }) => figure).filter((figure) => !known.includes(figure))).to.deep.equal([])
  })

  it('never show 100 % of what is not all', () => {
    const [continuity] = SHOWN
    expect([1, 0.9999999, 0.5].map((share) => shownText(share, continuity!))).to.deep.equal([
      '100.000',
      '99.999',
      '50.000'
    ])
  })
})

describe("a sweep's report", () => {
  const page = files().get('report.html')!

  it('shows each group with its mean and interval', () => {
    expect(page).to.include('<h1>made</h1>')
    expect(page).to.include('striped · peers 10</span><span class="value">99.800 ± 0.248 %</span>')
    expect(page.match(/class="label">tree · peers 20</g)).to.have.length(SHOWN.length)
  })

  it('takes nothing that a grid says for markup, runs nothing and asks nothing of any other place', () => {
    expect(page).to.include('Of &lt;all&gt; sorts &amp; &quot;kinds&quot;.')
    expect(page).not.to.match(/<script/)
    expect(page).to.include("default-src 'none'")
    expect(page).not.to.match(/\b(?:src|href)="(?!data:)/)
  })

  it('says that cells are missing, where some are', () => {
    expect(page).not.to.include('Not all is there')
    expect(files(cells.slice(0, 5)).get('report.html')).to.include('5 of 12 cells are finished')
  })

  it('is a page before there is anything', () => {
    expect(files([]).get('report.html')).to.include('0 of 12 cells are finished')
    expect(files([]).get('means.csv')).to.equal('scenario,topology,set.peers,seeds,violations\n')
  })

  it('has no bars of one seed, and says no interval', () => {
    const text = files(cells.filter(({ seed }) => seed === 1)).get('report.html')!
    expect(text).to.include('<span class="value">99.900 %</span>').and.not.include('<i style')
  })

  it('shows violations where nobody can miss them', () => {
    const bad = files([{ ...cells[0]!, violations: 3 }]).get('report.html')!
    expect(bad).to.include('Invariants were violated in 1 cell')
    expect(bad.indexOf('role="alert"')).to.be.below(bad.indexOf('class="forest"'))
  })
})
