import { expect } from 'chai'
import { endAll } from '../e2e/processes.js'
import { endure } from '../e2e/tracker-company.js'
import { needs } from '../setup/tools.js'

describe('three trackers, 2,000 peers', function () {
  this.timeout(10 * 60_000)
  afterEach(endAll)

  it('one is killed, and Redis is away for a minute while joining goes on', async function () {
    needs(this, 'redis-server')
    const outcome = await endure({ peers: 2_000, joinsPerSecond: 30, awayMs: 60_000 })
    process.stderr.write(`    ${JSON.stringify(outcome)}\n`)
    expect(outcome.joined).to.be.at.least(0.99)
    expect(outcome.gaps).to.deep.equal([0, 0])
  })
})
