import { expect } from 'chai'
import fc from 'fast-check'
import { ClockFollower } from '../../../src/audio/playback/clock-follower.js'

const MS = 48
const WANTED = 2_000 * MS

function follower(delay = WANTED): ClockFollower {
  const made = new ClockFollower(WANTED)
  made.begin(delay)
  return made
}

describe('ClockFollower', () => {
  it('does nothing while the delay stays within the band', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -250 * MS, max: 500 * MS })), (errors) => {
        const each = follower()
        for (const error of errors) expect(each.speed(WANTED + error)).to.equal(1)
      })
    )
  })

  it('never leaves ±0.5 %', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3_000 * MS, max: 60_000 * MS })), (errors) => {
        const each = follower()
        for (const error of errors) expect(each.speed(WANTED + error)).to.be.within(0.995, 1.005)
      })
    )
  })

  it('plays faster when it is too far behind, until the delay is right again, and no longer', () => {
    const each = follower()
    expect(each.speed(WANTED + 501 * MS)).to.equal(1.005)
    expect(each.speed(WANTED + 400 * MS)).to.equal(1.005)
    expect(each.speed(WANTED + 5 * MS)).to.equal(1.001)
    expect(each.speed(WANTED)).to.equal(1)
    expect(each.speed(WANTED + 400 * MS)).to.equal(1)
  })

  it('plays slower when it is too near', () => {
    const each = follower()
    expect(each.speed(WANTED - 251 * MS)).to.equal(0.995)
    expect(each.speed(WANTED - 20 * MS)).to.be.within(0.998, 0.999)
    expect(each.speed(WANTED + 1)).to.equal(1)
  })

  it('keeps the lesser delay that it began with, and any greater one that comes by itself', () => {
    const each = follower(600 * MS)
    expect(each.speed(600 * MS)).to.equal(1)
    expect(each.speed(1_200 * MS)).to.equal(1)
    expect(each.speed(960 * MS)).to.equal(1)
    expect(each.speed(940 * MS)).to.be.below(1)
  })
})
