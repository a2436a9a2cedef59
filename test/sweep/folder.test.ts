import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shippedScenarios } from '../../src/sim/scenario/shipped/index.js'
import type { CellResult } from '../../src/sweep/cell.js'
import { SweepFolder } from '../../src/sweep/folder.js'
import { cellsOf, type Grid } from '../../src/sweep/grid.js'

const grid: Grid = {
  name: 'mine',
  about: '',
  scenarios: [{ scenario: { ...shippedScenarios.calm!, name: 'own' }, isShipped: false }],
  topologies: ['star'],
  set: { peers: [5, 6] },
  seeds: [1, 2],
  engine: 'exact',
  check: true
}
const cells = cellsOf(grid)
const result = { treecast: '1', command: 'x', summary: { continuity: 1 } } as unknown as CellResult

describe("a sweep's folder", () => {
  let path: string
  let folder: SweepFolder
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'treecast-sweep-'))
    folder = new SweepFolder(path, '1.2.3')
    await folder.begin(grid)
  })
  afterEach(() => rm(path, { recursive: true }))

  it('keeps the grid with all its scenarios', async () => {
    const kept = JSON.parse(await readFile(join(path, 'sweep.json'), 'utf8')) as Grid
    expect(kept.scenarios).to.deep.equal([grid.scenarios[0]!.scenario])
    expect(JSON.parse(await readFile(join(path, 'scenarios/own.json'), 'utf8'))).to.include({ name: 'own' })
  })

  it('names a cell by what it is a function of', () => {
    const ids = new Set(cells.map((cell) => folder.idOf(cell)))
    expect(ids.size).to.equal(cells.length)
    const [cell] = cells
    const id = folder.idOf(cell!)
    expect(id).to.match(/^own-star-1-[0-9a-f]{16}$/)
    const others = [
      folder.idOf({ ...cell!, check: false }),
      folder.idOf({ ...cell!, scenario: { ...cell!.scenario, trackers: 2 } }),
      new SweepFolder(path, '1.2.4').idOf(cell!)
    ]
    expect(others).not.to.include(id)
    // Another grid finds what it has in common with this one.
    expect(cellsOf({ ...grid, seeds: [2, 3] }).map((each) => folder.idOf(each))).to.include(
      folder.idOf(cells[1]!)
    )
  })

  it('gives back what was kept, and nothing that is damaged', async () => {
    const [first, second, third] = cells.map((cell) => folder.idOf(cell))
    await folder.keep(first!, result)
    await writeFile(join(path, 'cells', `${second!}.json`), '{"summary": ')
    await writeFile(join(path, 'cells', `${third!}.json`), 'null')
    const finished = await folder.finished([first!, second!, third!])
    expect([...finished]).to.deep.equal([[first, result]])
  })

  it('clears away what killed processes had begun', async () => {
    await folder.keep('done', result)
    await writeFile(join(path, 'cells/half.json.0000.part'), '{')
    await folder.clean()
    expect(await readdir(join(path, 'cells'))).to.deep.equal(['done.json'])
  })
})
