import { expect } from 'chai'
import { resultFiles } from '../../../src/sim/results/files.js'
import type { PeerRow, Result, Summary } from '../../../src/sim/results/result.js'
import { simulate } from '../../../src/sim/simulate.js'
import { endedEarly, SMALL, small } from './runs.js'

const version = '1.2.3'

describe('the files of a result', () => {
  let result: Result
  let files: ReadonlyMap<string, string>
  before(async () => {
    result = await small()
    files = resultFiles(result, { version })
  })

  const read = (name: string): unknown => JSON.parse(files.get(name)!)

  it('are those that the interface names, and a tree for each other moment', () => {
    expect([...files.keys()].sort()).to.deep.equal([
      'manifest.json',
      'peers.jsonl',
      'report.html',
      'summary.json',
      'timeline.csv',
      'tree-7s.dot',
      'tree-7s.graphml',
      'tree.dot',
      'tree.graphml'
    ])
  })

  it('are the same bytes for the same seed, but for what the run cost', async () => {
    const again = resultFiles(await simulate(SMALL, { seed: 3 }), { version })
    for (const [name, text] of again) {
      if (name === 'manifest.json' || name === 'summary.json') continue
      expect(text, name).to.equal(files.get(name))
    }
    const without = (text: string): string => text.replace(/"(wallMs|bytesPerPeer)": -?\d+/g, '')
    for (const name of ['manifest.json', 'summary.json'])
      expect(without(again.get(name)!)).to.equal(without(files.get(name)!))
  })

  it('say what the run cost in the manifest and the summary alone', () => {
    const wallMs = 123_456_789
    const bytesPerPeer = 987_654_321
    const costly = resultFiles(
      { ...result, summary: { ...result.summary, wallMs, bytesPerPeer } },
      { version }
    )
    const names = [...costly].filter(([, text]) =>
      /123.?456.?789|987.?654.?321|wallMs|bytesPerPeer/.test(text)
    )
    expect(names.map(([name]) => name).sort()).to.deep.equal(['manifest.json', 'summary.json'])
  })

  it('hold all that is needed to run it again', () => {
    const { wallMs, bytesPerPeer } = result.summary
    expect(read('manifest.json')).to.deep.equal({
      treecast: version,
      engine: 'exact',
      topology: 'striped',
      seed: 3,
      command: 'treecast sim small.json --topology striped --seed 3',
      isComplete: true,
      seconds: 16,
      scenario: JSON.parse(JSON.stringify(SMALL)) as unknown,
      wallMs,
      bytesPerPeer
    })
    expect(read('summary.json')).to.deep.equal(result.summary)
  })

  it('have a line for each listener and root', () => {
    const lines = files.get('peers.jsonl')!.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as PeerRow)).to.deep.equal(result.peers)
  })

  it('have a row for each second, as wide as its head', () => {
    const [head, ...rows] = files.get('timeline.csv')!.trimEnd().split('\n')
    expect(head!.split(',')).to.have.members(Object.keys(result.timeline[0]!))
    expect(rows).to.have.length(16)
    for (const row of rows) expect(row).to.match(/^[\d.]+(?:,-?[\d.]+){9}$/)
  })

  it('count no one who came before the show as joining in its first second', () => {
    const { here, joined } = result.timeline[0]!
    expect(joined).to.be.below(here / 2)
  })

  it('are whole after an early end, and say so', async () => {
    const early = resultFiles(await endedEarly(10), { version })
    expect(JSON.parse(early.get('manifest.json')!)).to.include({ isComplete: false, seconds: 10 })
    expect(early.get('report.html')).to.include('first 10 of 16 seconds')
    expect([...early.keys()])
      .to.include('tree.dot')
      .and.not.include('tree-7s.dot')
    const { originCopies, unheard } = JSON.parse(early.get('summary.json')!) as Summary
    expect(originCopies).to.be.within(result.summary.originCopies - 1, result.summary.originCopies + 1)
    // Nobody but one whom hardly anybody can reach.
    expect(unheard).to.be.at.most(1)
  })

  it('are whole even if the show had not begun', async () => {
    const none = resultFiles(await endedEarly(-5), { version })
    expect([...none.keys()].sort()).to.deep.equal([
      'manifest.json',
      'peers.jsonl',
      'report.html',
      'summary.json',
      'timeline.csv'
    ])
    expect(none.get('report.html')).not.to.match(/NaN|undefined|Infinity/)
  })
})
