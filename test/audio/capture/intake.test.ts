import { expect } from 'chai'
import { Intake } from '../../../src/audio/capture/intake.js'
import { TreecastError } from '../../../src/protocol/errors.js'
import { frame } from '../made.js'

describe('Intake', () => {
  it('gives what waits, in order, then what it failed with', async () => {
    const intake = new Intake()
    intake.push(frame(1))
    intake.push(frame(2))
    const failure = new TreecastError('capture-failed', 'gone')
    intake.fail(failure)
    intake.fail(new TreecastError('source-stalled', 'too late'))
    expect(await intake.next()).to.deep.equal(frame(1))
    expect(await intake.next()).to.deep.equal(frame(2))
    expect(await intake.next().catch((error: unknown) => error)).to.equal(failure)
  })

  it('wakes who waits', async () => {
    const intake = new Intake()
    const begun = intake.begun()
    intake.begin()
    expect(await begun).to.equal(true)
    const first = intake.next()
    intake.push(frame(1))
    expect(await first).to.deep.equal(frame(1))
    const second = intake.next()
    intake.end()
    expect(await second).to.equal(undefined)
  })

  it('passes over all but the newest 0.2 s when its reader is 2 s behind', async () => {
    const intake = new Intake()
    for (let i = 0; i < 100; i++) intake.push(frame(i))
    expect(intake.skipped).to.equal(0)
    intake.push(frame(100))
    expect(intake.skipped).to.equal(91)
    expect(await intake.next()).to.deep.equal(frame(91))
  })

  it('wants nothing from the first stale block to the first fresh one', () => {
    const intake = new Intake()
    const ages = [0, 1_900, 2_100, 1_900, 300, 200, 300]
    expect(ages.map((age) => intake.wants(age))).to.deep.equal([true, true, false, false, false, true, true])
    expect(intake.skipped).to.equal(3)
  })
})
