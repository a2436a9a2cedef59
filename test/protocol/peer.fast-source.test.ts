import { expect } from 'chai'
import { expectWhole, gather, notices } from './crowd.js'

describe('a source twenty times faster than it sounds', () => {
  it('plays ten minutes without a gap, and nobody moves for no reason', () => {
    const { world, listeners } = gather({ listeners: 8, showMs: 600_000, everyMs: 0, speed: 20 })
    world.run(36_000)
    for (const listener of listeners) expectWhole(world, listener, 29_999)
    expect(notices(listeners, 'stalled'), 'stalls').to.equal(0)
    expect(notices(listeners, 'parent-lost'), 'losses').to.be.at.most(8 * 4)
  })
})
