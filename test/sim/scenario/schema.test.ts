import { expect } from 'chai'
import { TreecastError } from '../../../src/protocol/errors.js'
import { parseScenario, readScenario, scenarioSchema } from '../../../src/sim/scenario/schema.js'

function problem(value: unknown): string {
  try {
    readScenario(value, 'show.json')
  } catch (error) {
    expect(error).to.be.instanceOf(TreecastError).with.property('code', 'bad-scenario')
    return (error as Error).message
  }
  throw new Error('it was taken')
}

describe('a scenario file', () => {
  it('needs no more than a name', () => {
    const scenario = readScenario({ name: 'mine' }, 'show.json')
    expect(scenario.peers).to.equal(1_000)
    expect(scenario.show).to.deep.equal({ seconds: 300, kbps: 64, packetMs: 100, stripes: 4 })
    expect(scenario.crowd.sessions).to.equal('stay')
  })

  it('says what is wrong, where, and what was expected', () => {
    expect(problem({ name: 'x', peers: 'many' })).to.match(
      /^show\.json is no scenario: peers: .*expected number/i
    )
    expect(problem({ name: 'x', network: { loss: { mobile: 2 } } })).to.match(/network\.loss\.mobile: .*<=1/)
    expect(problem({ name: 'x', fault: [] })).to.match(/the whole: .*"fault"/)
    expect(problem({ name: 'x', faults: [{ atS: 3, what: 'explode', share: 0.1 }] })).to.match(
      /faults\[0\]\.what: .*"kill"/
    )
    expect(problem({ name: 'x', faults: [{ atS: 3, what: 'kill' }] })).to.contain(
      'needs either a share or a count'
    )
    expect(problem({ name: 'x', faults: [{ atS: 3, what: 'slow', share: 1 }] })).to.contain(
      'delayMs: [least, most]'
    )
    expect(problem({ name: 'x', faults: [{ atS: 3, what: 'kill', share: 1, forS: 3 }] })).to.contain(
      'is for ever'
    )
    expect(problem({ name: 'Not a name' })).to.contain('lower-case letters')
    expect(problem(null)).to.match(/the whole: .*expected object/)
  })

  it('names every problem at once', () => {
    expect(problem({ name: 'x', peers: 0, trackers: 99 })).to.match(/peers: .*; trackers: /)
  })

  it('that is not JSON is told apart', () => {
    expect(() => parseScenario('{', 'show.json')).to.throw(TreecastError, 'show.json is not JSON')
  })

  it('has a JSON Schema for editors', () => {
    const schema = scenarioSchema() as { properties: Record<string, unknown>; required: string[] }
    expect(schema.required).to.deep.equal(['name'])
    expect(schema.properties).to.include.keys('peers', 'show', 'crowd', 'network', 'faults')
  })
})
