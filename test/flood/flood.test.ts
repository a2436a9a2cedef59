import { expect } from 'chai'
import { endAll } from '../e2e/processes.js'
import { told, undergo } from './ordeal.js'

/** For `npm run soak` thirty seconds each, ten times as dense. */
describe('a show whose tracker is flooded', function () {
  this.timeout(180_000)
  afterEach(endAll)

  it('goes on, and newcomers are served', async () => {
    const outcome = await undergo({
      victim: 'tracker',
      kinds: ['connections', 'giants', 'fragments', 'joins'],
      seconds: 2,
      perSecond: 400
    })
    process.stdout.write(told(outcome))
    for (const { kind, arrivals } of outcome.floods) {
      expect(arrivals.failures, kind).to.deep.equal({})
      expect(arrivals.served, kind).to.be.above(5)
    }
    expect(outcome.memory).to.be.below(512)
    for (const gaps of outcome.gaps) expect(gaps).to.equal(0)
  })
})
