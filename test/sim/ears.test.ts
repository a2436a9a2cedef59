import { expect } from 'chai'
import { Ears } from '../../src/sim/ears.js'

const BEGIN = 10_000

function ears(pace: 'timed' | 'eager' = 'timed', packets = 100): Ears {
  return new Ears({ packetMs: 100, packets, beginMs: BEGIN, bufferMs: 2_000, pace, stripes: 4 })
}

describe('ears', () => {
  it('hear everything of who gets it in time, be it late by less than the buffer', () => {
    const all = ears()
    for (let q = 0; q < 100; q++) all.hear(1, q, 2, all.madeAt(q) + (q % 7) * 100)
    const { due, played, startupMs } = all.close(1, 0, Infinity)
    expect({ due, played }).to.deep.equal({ due: 100, played: 100 })
    // The first packet is there after its own length, and the buffer holds that one already.
    expect(startupMs).to.equal(100 + 1_900)
  })

  it('begin at once with a whole past, or when the pace is eager', () => {
    const past = ears()
    for (let q = 30; q < 50; q++) past.hear(1, q, 1, BEGIN + 5_000)
    expect(past.close(1, BEGIN + 4_800, Infinity).startupMs).to.equal(200)
    const eager = ears('eager')
    for (let q = 30; q < 34; q++) eager.hear(1, q, 1, BEGIN + 3_400)
    expect(eager.close(1, BEGIN + 3_300, Infinity).startupMs).to.equal(100)
  })

  it('begin where no stripe is missing', () => {
    const some = ears()
    for (const q of [40, 44, 48, 41, 45, 49, 42, 46, 50]) some.hear(1, q, 1, BEGIN + 6_000)
    expect(some.hasBegun(1)).to.equal(false)
    for (const q of [47, 51]) some.hear(1, q, 1, BEGIN + 6_050)
    expect(some.hasBegun(1)).to.equal(true)
    for (let q = 52; q < 100; q++) some.hear(1, q, 1, some.madeAt(q))
    const { due, played } = some.close(1, 0, Infinity)
    expect({ due, played }).to.deep.equal({ due: 56, played: 56 })
  })

  it('miss what never came, and what came when its time was over', () => {
    const some = ears()
    for (let q = 0; q < 100; q++) {
      if (q === 20) continue
      some.hear(1, q, 1, some.madeAt(q) + (q === 30 ? 2_100 : q === 31 ? 1_900 : 0))
    }
    const { due, played } = some.close(1, 0, Infinity)
    expect({ due, played }).to.deep.equal({ due: 100, played: 98 })
    some.finish()
    expect([some.dueOf[20], some.playedOf[20], some.playedOf[30], some.playedOf[31]]).to.deep.equal([
      1, 0, 0, 1
    ])
  })

  it('owe nothing for what was not due yet when a listener left', () => {
    const some = ears()
    for (let q = 0; q < 50; q++) some.hear(1, q, 1, some.madeAt(q))
    const { due, played } = some.close(1, 0, BEGIN + 100 + 1_900 + 2_950)
    expect({ due, played }).to.deep.equal({ due: 30, played: 30 })
  })

  it('know a duplicate, and take nothing twice', () => {
    const some = ears()
    expect(some.hear(1, 5, 1, BEGIN)).to.equal(true)
    expect(some.hear(1, 5, 3, BEGIN + 1)).to.equal(false)
    expect(some.hear(2, 5, 3, BEGIN + 1)).to.equal(true)
  })

  it('tell how long a disturbance was felt', () => {
    const some = ears()
    for (let q = 0; q < 100; q++) {
      if (q === 50) some.disturb(some.madeAt(50) - 50)
      for (const ear of [1, 2]) {
        const late = ear === 1 && q >= 50 && q < 60 && q % 4 === 0 ? 700 : 0
        some.hear(ear, q, 1, some.madeAt(q) + 80 + late)
      }
    }
    some.collect(Infinity)
    expect(some.recoveries.count).to.equal(2)
    expect(some.recoveries.max).to.be.closeTo(700, 1)
    expect(some.recoveries.quantile(0.5)).to.equal(0)
  })
})
