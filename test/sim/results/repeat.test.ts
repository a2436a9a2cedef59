import { expect } from 'chai'
import { repeatOf } from '../../../src/sim/results/repeat.js'
import type { Result } from '../../../src/sim/results/result.js'
import { readScenario } from '../../../src/sim/scenario/schema.js'
import { shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'
import { small } from './runs.js'

describe('the command that repeats a run', () => {
  let result: Result
  before(async () => {
    result = await small()
  })

  const churn = shippedScenarios.churn!

  it('names a shipped scenario', () => {
    expect(repeatOf({ ...result, scenario: churn })).to.deep.equal({
      command: 'treecast sim churn --topology striped --seed 3',
      isShipped: true
    })
  })

  it('says how many peers there were, if these are not those of the scenario', () => {
    expect(repeatOf({ ...result, scenario: { ...churn, peers: 70 } }).command).to.equal(
      'treecast sim churn --peers 70 --topology striped --seed 3'
    )
  })

  it('asks for a file where anything else differs', () => {
    const other = readScenario({ ...churn, trackers: 2 }, 'other')
    expect(repeatOf({ ...result, scenario: other })).to.deep.equal({
      command: 'treecast sim churn.json --topology striped --seed 3',
      isShipped: false
    })
  })
})
