import { expect } from 'chai'
import { gather } from './crowd.js'
import { BEGIN, keysFromSeed, makeCertificate, World } from './world.js'

describe('an origin that restarts with a higher epoch', () => {
  it('is followed by every listener', () => {
    const { world, origin, listeners } = gather({ listeners: 12, showMs: 60_000 })
    world.run(5_000)
    world.kill(origin)
    world.run(2_000)
    const secondKeys = keysFromSeed(77)
    const certificate = makeCertificate({ epoch: BEGIN / 1000 + 7, showKey: secondKeys.publicKey })
    const second = world.addOrigin({}, certificate, secondKeys)
    world.run(100)
    world.show(second, 40_000)
    world.run(50_000)
    for (const listener of listeners) {
      const epochs = listener.notices.flatMap((notice) =>
        notice.event === 'certified' ? [notice.epoch] : []
      )
      expect(epochs, listener.name).to.deep.equal([BEGIN / 1000, BEGIN / 1000 + 7])
      const frames = world.frames(listener)
      const restart = frames.findIndex((frame, i) => i > 0 && frame < frames[i - 1]!)
      const after = frames.slice(restart)
      expect(after[0], `${listener.name} is there within ten seconds`).to.be.below(500)
      expect(after.at(-1), listener.name).to.equal(1_999)
      expect(listener.done, listener.name).to.equal(true)
    }
  })

  it('is not undone by the old one', () => {
    const { world, listeners } = gather({ listeners: 6, showMs: 30_000 })
    world.run(2_000)
    const secondKeys = keysFromSeed(77)
    const certificate = makeCertificate({ epoch: BEGIN / 1000 + 7, showKey: secondKeys.publicKey })
    const second = world.addOrigin({}, certificate, secondKeys)
    world.run(100)
    world.show(second, 20_000)
    const newcomer = world.add('newcomer')
    world.run(40_000)
    // Whoever met both follows the higher; nobody goes back.
    for (const listener of [...listeners, newcomer]) {
      const epochs = listener.notices.flatMap((notice) =>
        notice.event === 'certified' ? [notice.epoch] : []
      )
      expect(
        [...epochs].sort((a, b) => a - b),
        listener.name
      ).to.deep.equal(epochs)
    }
  })

  for (const [what, hours] of [
    ['yesterday', -48],
    ['tomorrow', 48]
  ] as const) {
    it(`is not taken when it is of ${what}, and whoever waits is told why`, () => {
      const world = new World()
      const begin = BEGIN / 1000 + hours * 3600
      const certificate = makeCertificate({ notBefore: begin, notAfter: begin + 86_400 })
      world.show(world.addOrigin({}, certificate), 5_000)
      const listener = world.add('listener')
      world.run(5_000)
      expect(listener.played).to.have.length(0)
      expect(listener.notices.map(({ event }) => event)).to.include('out-of-date')
      expect(listener.notices.map(({ event }) => event)).not.to.include('certified')
    })
  }
})
