import { expect } from 'chai'
import { endAll } from '../e2e/processes.js'
import type { Kind } from '../flood/flood.js'
import { told, undergo, type Victim } from '../flood/ordeal.js'

const KINDS: Readonly<Record<Victim, readonly Kind[]>> = {
  tracker: ['connections', 'loris', 'silence', 'giants', 'fragments', 'joins'],
  relay: ['connections', 'loris', 'garbage', 'giants', 'fragments'],
  root: ['connections', 'loris', 'garbage', 'giants', 'fragments']
}

for (const victim of ['tracker', 'relay', 'root'] as const) {
  describe(`a show whose ${victim} is flooded from 1,000 addresses, 30 s in each way`, function () {
    this.timeout(10 * 60_000)
    afterEach(endAll)

    it('goes on without a gap, and newcomers are served', async () => {
      const outcome = await undergo({ victim, kinds: KINDS[victim], seconds: 30, perSecond: 1_000 })
      process.stdout.write(told(outcome))
      for (const { kind, arrivals } of outcome.floods)
        expect(arrivals.served / arrivals.came, kind).to.be.at.least(0.99)
      expect(outcome.memory).to.be.at.most(512)
      for (const gaps of outcome.gaps) expect(gaps).to.equal(0)
    })
  })
}
