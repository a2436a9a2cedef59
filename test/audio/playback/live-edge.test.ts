import { expect } from 'chai'
import fc from 'fast-check'
import { LiveEdge } from '../../../src/audio/playback/live-edge.js'

const MS = 48

/** Packets of 100 ms on time, from `from` to `to` in ms of wall time; the show is `ahead` ms further. */
function onTime(live: LiveEdge, from: number, to: number, ahead = 0): void {
  for (let at = from; at <= to; at += 100) live.arrive((at + ahead) * MS, at)
}

describe('LiveEdge', () => {
  it('takes a first burst to be live', () => {
    const live = new LiveEdge()
    for (let edge = 0; edge <= 2_000; edge += 100) {
      live.arrive(edge * MS, 10_000)
      expect(live.isLive(10_000)).to.equal(true)
    }
  })

  it('knows where the live edge should be, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 30, maxLength: 300 }), (jitter) => {
        const live = new LiveEdge()
        live.arrive(0, 0)
        for (const [at, late] of jitter.entries()) live.arrive((at + 1) * 100 * MS, (at + 1) * 100 + late)
        const now = (jitter.length + 1) * 100
        expect(live.expected(now) / MS).to.be.within(now - 99, now)
        expect(live.isLive(now)).to.equal(true)
      })
    )
  })

  it('takes no part of a backlog to be live, however fast it comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 3_600_000 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 50 }),
        (frozen, pauses) => {
          const live = new LiveEdge()
          onTime(live, 0, 5_000)
          let now = 5_000 + frozen
          let edge = 5_000
          for (const pause of pauses) {
            now += pause
            edge += 100
            live.arrive(edge * MS, now)
            if (edge < now - 260) expect(live.isLive(now)).to.equal(false)
          }
          live.arrive(now * MS, now)
          expect(live.isLive(now)).to.equal(true)
        }
      )
    )
  })

  it('believes the pace of the frames where the show itself stood still', () => {
    const live = new LiveEdge()
    onTime(live, 0, 5_000)
    onTime(live, 65_000, 65_400, -60_000)
    expect(live.isLive(65_400)).to.equal(false)
    onTime(live, 65_500, 65_600, -60_000)
    expect(live.isLive(65_600)).to.equal(true)
    expect(live.expected(66_000)).to.equal(6_000 * MS)
  })

  it('waits for the end of a burst before it believes the pace', () => {
    const live = new LiveEdge()
    onTime(live, 0, 5_000)
    for (let at = 65_000; at <= 67_000; at += 10) live.arrive((5_000 + (at - 65_000) * 10) * MS, at)
    expect(live.isLive(67_000)).to.equal(false)
    onTime(live, 67_100, 67_600, -42_000)
    expect(live.isLive(67_600)).to.equal(true)
  })

  it('forgets with a new show', () => {
    const live = new LiveEdge()
    onTime(live, 0, 5_000, 1_000_000)
    live.clear()
    live.arrive(100 * MS, 5_100)
    expect(live.isLive(5_100)).to.equal(true)
    expect(live.edge).to.equal(100 * MS)
  })
})
