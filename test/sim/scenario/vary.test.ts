import { expect } from 'chai'
import { TreecastError } from '../../../src/protocol/errors.js'
import { shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'
import { varyScenario } from '../../../src/sim/scenario/vary.js'

describe('a varied scenario', () => {
  const holes = shippedScenarios['black-holes']!

  it('has other values where a path says so, and nowhere else', () => {
    const varied = varyScenario(holes, {
      peers: 7,
      'listeners.bufferMs': 900,
      'network.rttMs': 40,
      'faults[0].share': 0.5
    })
    expect(varied.peers).to.equal(7)
    expect(varied.faults[0]!.share).to.equal(0.5)
    expect(varied).to.deep.equal({
      ...holes,
      peers: 7,
      listeners: { ...holes.listeners, bufferMs: 900 },
      network: { ...holes.network, rttMs: 40 },
      faults: [{ ...holes.faults[0], share: 0.5 }]
    })
    expect(holes.listeners.bufferMs).to.equal(2_000)
  })

  it('may have a field that is absent otherwise', () => {
    expect(varyScenario(holes, { 'faults[0].forS': 9 }).faults[0]!.forS).to.equal(9)
  })

  const wrong: [string, string | number, RegExp][] = [
    ['listeners.bufferMS', 900, /^black-holes with listeners.bufferMS=900 is no scenario: listeners: Unrec/],
    ['listeners.bufferMs', 1, /is no scenario: listeners.bufferMs: /],
    ['listeners.bufferMs', 'long', /is no scenario: listeners.bufferMs: .*expected number/],
    ['hearers.bufferMs', 900, /black-holes has no field hearers.bufferMs; sim --schema shows all/],
    ['crowd.sessions.shortShare', 0.1, /has no field crowd.sessions.shortShare/],
    ['faults[3].share', 0.1, /has no field faults\[3\].share/],
    ['faults[1]', 1, /has no field faults\[1\]/],
    ['__proto__.peers', 1, /is no path of a field/],
    ['peers[', 1, /is no path of a field/],
    ['', 1, /is no path of a field/]
  ]
  for (const [path, value, message] of wrong) {
    it(`is refused with ${path === '' ? 'nothing' : path} = ${value}`, () => {
      expect(() => varyScenario(holes, { [path]: value }))
        .to.throw(TreecastError, message)
        .with.property('code', 'bad-scenario')
    })
  }
})
