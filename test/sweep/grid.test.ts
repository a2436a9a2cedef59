import { expect } from 'chai'
import { shippedScenarios } from '../../src/sim/scenario/shipped/index.js'
import { commandOf, quoted } from '../../src/sweep/cell.js'
import { cellsOf, type Grid } from '../../src/sweep/grid.js'
import { gridSchema, parseGrid, readGrid } from '../../src/sweep/grid-schema.js'

const grid: Grid = {
  name: 'mine',
  about: '',
  scenarios: [
    { scenario: shippedScenarios.churn!, isShipped: true },
    { scenario: { ...shippedScenarios.calm!, name: 'own' }, isShipped: false }
  ],
  topologies: ['striped', 'tree'],
  set: { peers: [100, 200], 'listeners.pace': ['timed', 'eager'] },
  seeds: [1, 2, 5],
  engine: 'exact',
  check: true
}

describe('the cells of a grid', () => {
  it('are every combination once, seeds going round first', () => {
    const commands = cellsOf(grid).map(commandOf)
    expect(new Set(commands).size).to.equal(2 * 2 * 2 * 2 * 3)
    expect(commands.slice(0, 4)).to.deep.equal([
      `treecast sim churn --set peers=100 --set 'listeners.pace="timed"' --topology striped --seed 1`,
      `treecast sim churn --set peers=100 --set 'listeners.pace="timed"' --topology striped --seed 2`,
      `treecast sim churn --set peers=100 --set 'listeners.pace="timed"' --topology striped --seed 5`,
      `treecast sim churn --set peers=100 --set 'listeners.pace="eager"' --topology striped --seed 1`
    ])
    expect(commands.at(-1)).to.equal(
      `treecast sim scenarios/own.json --set peers=200 --set 'listeners.pace="eager"' --topology tree --seed 5`
    )
  })

  it('have the scenario that their command says', () => {
    const { scenario } = cellsOf(grid).at(-1)!
    expect(scenario).to.deep.include({ name: 'own', peers: 200 })
    expect(scenario.listeners.pace).to.equal('eager')
  })

  it('name an engine that is not the usual one', () => {
    const [cell] = cellsOf({ ...grid, engine: 'crowd', set: {} })
    expect(commandOf(cell!)).to.equal('treecast sim churn --topology striped --seed 1 --engine crowd')
  })

  it('say that nothing is checked', () => {
    const [cell] = cellsOf({ ...grid, check: false, set: {} })
    expect(commandOf(cell!)).to.equal('treecast sim churn --topology striped --seed 1 --no-check')
  })

  it('are refused where a scenario may not have a value', () => {
    expect(() => cellsOf({ ...grid, set: { 'show.stripes': [4, 40] } })).to.throw(
      'churn with show.stripes=40 is no scenario: show.stripes: '
    )
  })

  it('are refused where they are too many', () => {
    const seeds = Array.from({ length: 100_000 }, (_, i) => i)
    expect(() => cellsOf({ ...grid, seeds })).to.throw('the grid has 1600000 cells; at most 1000000')
  })
})

describe('a grid file', () => {
  it('needs scenarios alone', () => {
    expect(readGrid({ scenarios: ['calm'] }, 'g.json')).to.deep.equal({
      name: 'sweep',
      about: '',
      scenarios: ['calm'],
      topologies: ['striped'],
      set: {},
      seeds: [1],
      engine: 'exact',
      check: true
    })
  })

  it('says seeds one by one or from the first to the last', () => {
    expect(readGrid({ scenarios: ['calm'], seeds: { from: 3, to: 6 } }, 'g').seeds).to.deep.equal([
      3, 4, 5, 6
    ])
    expect(readGrid({ scenarios: ['calm'], seeds: [9, 2] }, 'g').seeds).to.deep.equal([9, 2])
  })

  const wrong: [string, unknown, RegExp][] = [
    ['nothing', {}, /^g\.json is no grid: scenarios: /],
    ['a list', [], /is no grid: the whole: /],
    ['no scenario', { scenarios: [] }, /scenarios: expected at least one scenario/],
    ['a scenario that is a number', { scenarios: [7] }, /scenarios\.0: expected the name of a shipped/],
    [
      'an unknown topology',
      { scenarios: ['calm'], topologies: ['stripes'] },
      /topologies\.0: .*"striped"\|"star"/
    ],
    ['no value', { scenarios: ['calm'], set: { peers: [] } }, /set\.peers: expected at least one value/],
    [
      'seeds backwards',
      { scenarios: ['calm'], seeds: { from: 5, to: 1 } },
      /seeds: expected from to be at most to/
    ],
    ['a seed that is none', { scenarios: ['calm'], seeds: [1.5] }, /seeds: expected seeds, as/],
    ['a field too many', { scenarios: ['calm'], topology: 'tree' }, /Unrecognized key: "topology"/],
    ['a bad name', { scenarios: ['calm'], name: '../x' }, /name: expected lower-case letters/],
    ['a seed twice', { scenarios: ['calm'], seeds: [1, 2, 1] }, /seeds has 1 twice/],
    ['a value twice', { scenarios: ['calm'], set: { peers: [5, 5] } }, /set peers has 5 twice/],
    [
      'a topology that the crowd engine does not know',
      { scenarios: ['calm'], topologies: ['striped', 'tree'], engine: 'crowd' },
      /the crowd engine knows the topology striped alone, not tree/
    ],
    ['an unknown engine', { scenarios: ['calm'], engine: 'crowds' }, /engine: /]
  ]
  for (const [what, value, message] of wrong) {
    it(`is refused with ${what}`, () => {
      expect(() => readGrid(value, 'g.json'))
        .to.throw(message)
        .with.property('code', 'bad-scenario')
    })
  }

  it('is refused where it is not JSON', () => {
    expect(() => parseGrid('{"scenarios": ', 'g.json')).to.throw(/^g\.json is not JSON: /)
  })

  it('has a schema for editors', () => {
    expect(gridSchema()).to.include({ type: 'object' })
  })
})

describe('a word for a shell', () => {
  it('is quoted where a shell would see more in it', () => {
    expect(['a.b=1', 'a b', "it's", '$(x)'].map(quoted)).to.deep.equal([
      'a.b=1',
      "'a b'",
      `'it'\\''s'`,
      "'$(x)'"
    ])
  })
})
