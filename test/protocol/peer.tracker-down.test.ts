import { expect } from 'chai'
import { expectWhole, gather, notices } from './crowd.js'
import { World } from './world.js'

describe('a tracker that takes the connection and says nothing', () => {
  it('is given up for the next, and counts as none where it is the only one', () => {
    const world = new World()
    const trackers = ['ws://mute', 'ws://tracker']
    world.mute.add('ws://mute')
    const origin = world.addOrigin({ trackers })
    world.show(origin, 20_000)
    const listener = world.add('listener', { trackers })
    const lonely = world.add('lonely', { trackers: ['ws://mute'] })
    world.run(30_000)
    expectWhole(world, listener, 999)
    expect(notices([lonely], 'no-tracker')).to.be.above(0)
  })
})

describe('a tracker that goes down after the start', () => {
  it('leaves the show playing, deaths included', () => {
    const { world, listeners } = gather({ listeners: 20, showMs: 30_000 })
    world.run(3_000)
    world.stopTracker()
    world.run(1_000)
    world.kill(listeners[4]!)
    world.run(30_000)
    for (const listener of listeners) if (listener !== listeners[4]) expectWhole(world, listener, 1_499)
  })

  it('leaves newcomers waiting, who are told so, and get in when it is back', () => {
    const { world, listeners } = gather({ listeners: 5, showMs: 60_000 })
    world.run(2_000)
    world.stopTracker()
    const newcomer = world.add('newcomer')
    world.run(10_000)
    expect(notices([newcomer], 'no-tracker')).to.be.above(0)
    expect(world.frames(newcomer)).to.deep.equal([])
    expect(newcomer.done).to.equal(false)
    world.trackerUp = true
    world.run(55_000)
    for (const listener of [...listeners, newcomer]) expectWhole(world, listener, 2_999)
  })
})
