import { expect } from 'chai'
import { simulateCrowd } from '../../../src/sim/crowd/simulate.js'
import { story } from '../../../src/sim/report/story.js'
import { resultFiles } from '../../../src/sim/results/files.js'
import type { Result } from '../../../src/sim/results/result.js'
import { shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'

const night = shippedScenarios['spaces-2024-08-12']!

function short(peers: number): Promise<Result> {
  return simulateCrowd({ ...night, peers, show: { ...night.show, seconds: 30 }, snapshots: [5, 29] })
}

describe('the story of a show', () => {
  let result: Result
  before(async () => {
    result = await short(300)
  })

  it('says who heard what, when, and what servers saw', () => {
    const text = story(result)
    expect(text).to.match(
      /Half of those who came to the running show heard the first sound within [\d.]+ m?s/
    )
    expect(text).to.match(/Who came while servers were flooded, and heard it: half within/)
    expect(text).to.match(/The origin uploaded [\d.]+ MB, 16\.\d copies of the show/)
    expect(text).to.match(/All trackers together saw \d+ kbit\/s at most/)
  })

  it('counts peers by depth at each moment that was asked for', () => {
    const table = /<tbody>([\s\S]*?)<\/tbody>/.exec(story(result))![1]!
    const rows = table.trim().split('\n')
    expect(rows.length).to.equal(2)
    const counts = rows.map((row) =>
      [...row.matchAll(/<td>([\d,]+)<\/td>/g)].reduce((sum, [, n]) => sum + Number(n!.replace(',', '')), 0)
    )
    expect(counts).to.deep.equal(result.trees.map(({ peers }) => peers.length - 1))
    expect(rows.map((row) => /scope="row">([^<]+)</.exec(row)![1])).to.deep.equal(['0:05 min', '0:29 min'])
  })

  it('is told of crowds that are too large to be drawn peer by peer by depth and region', async () => {
    const large = await simulateCrowd({
      ...night,
      peers: 25_000,
      crowd: {
        ...night.crowd,
        impatience: undefined,
        arrivals: { ...night.crowd.arrivals, within: { fromS: -20, forS: 15 } }
      },
      faults: [],
      show: { ...night.show, seconds: 2 },
      snapshots: [1]
    })
    const [tree] = large.trees
    expect(tree!.peers).to.deep.equal([])
    expect(tree!.cells!.reduce((sum, { peers }) => sum + peers, 0)).to.equal(25_000 + 1 + night.roots)
    const files = resultFiles(large, { version: 'x' })
    expect([...files.keys()]).to.not.include('tree.dot')
    expect(files.get('report.html')).to.not.include('tree.dot')
    expect(files.get('report.html')!.length).to.be.below(1_500_000)
  })
})
