import { expect } from 'chai'
import fc from 'fast-check'
import { SAMPLE_ONE_IN } from '../../../src/protocol/limits.js'
import { Children, isSample } from '../../../src/protocol/tree/children.js'
import { hasStripe, stripeCount, stripesIn } from '../../../src/protocol/tree/stripes.js'

const STRIPES = 4
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ link: fc.nat(7), wanted: fc.nat(0xff), sample: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ link: fc.nat(7) }) }
)

describe('Children', () => {
  it('never give out a slot twice, never take one back unasked, and count as a table would', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 40 }),
        fc.nat(12),
        fc.nat(4),
        (happenings, slots, slotsPerStripe) => {
          const children = new Children({ stripes: STRIPES, slots, slotsPerStripe, children: Infinity })
          const table = new Map<number, number>()
          for (const each of happenings) {
            const before = table.get(each.link) ?? 0
            if ('wanted' in each) {
              const grant = children.request(each.link, each.wanted, each.sample, () => undefined)
              expect(grant.granted & grant.refused).to.equal(0)
              expect(grant.granted | grant.refused).to.equal(each.wanted)
              expect(grant.granted & before & each.wanted, 'keeps what it had').to.equal(before & each.wanted)
              expect(grant.added).to.equal(grant.granted & ~before)
              for (const stripe of stripesIn(grant.granted)) expect(stripe).to.be.below(STRIPES)
              table.set(each.link, grant.granted)
            } else {
              children.release(each.link)
              table.delete(each.link)
            }
            const used = [...table.values()].reduce((sum, set) => sum + stripeCount(set), 0)
            expect(children.freeSlots).to.equal(slots - used)
            expect(used).to.be.at.most(slots)
            for (let stripe = 0; stripe < STRIPES; stripe++) {
              const with_ = [...table].filter(([, set]) => hasStripe(set, stripe)).map(([link]) => link)
              expect([...children.withStripe(stripe)].sort()).to.deep.equal(with_.sort())
              expect(with_.length).to.be.at.most(slotsPerStripe)
            }
            expect(children.count).to.equal([...table.values()].filter((set) => set !== 0).length)
          }
        }
      )
    )
  })

  it('refuse for the reason that is given', () => {
    const children = new Children({ stripes: 4, slots: 4, slotsPerStripe: 4, children: Infinity })
    expect(children.request(1, 0b11, false, (stripe) => (stripe === 0 ? 'loop' : undefined))).to.deep.equal({
      granted: 0b10,
      refused: 0b01,
      refusal: 'loop',
      added: 0b10
    })
    expect(children.request(1, 0b10000, false, () => undefined).refusal).to.equal('not-fed')
  })

  it('get samples on free slots alone', () => {
    const children = new Children({ stripes: 4, slots: 4, slotsPerStripe: 4, children: Infinity })
    for (let link = 0; link < 40; link++) children.request(link, 0, true, () => undefined)
    const sent = (): number => {
      let packets = 0
      for (let sequence = 0; sequence < 1_280; sequence++)
        packets += [...children.receiversOf(sequence)].length
      return packets / 1_280
    }
    expect(sent(), 'copies').to.equal(1)
    children.request(99, 0b0111, false, () => undefined)
    expect(sent()).to.equal(1)
    children.request(99, 0b1111, false, () => undefined)
    expect(sent()).to.equal(1)
    expect([...children.receiversOf(0)]).to.deep.equal([99])
  })
})

describe('samples', () => {
  it('are one packet in so many, of every stripe in turn', () => {
    const stripes = new Set<number>()
    let count = 0
    for (let sequence = 0; sequence < 64 * SAMPLE_ONE_IN; sequence++) {
      if (!isSample(sequence)) continue
      count++
      stripes.add(sequence % 4)
    }
    expect(count).to.equal(64)
    expect(stripes.size).to.equal(4)
  })

  it('of an origin are few, but may take more stripes', () => {
    const children = new Children({ stripes: 4, slots: 8, slotsPerStripe: 2, children: 2 })
    const ask = (link: number, stripes: number) => children.request(link, stripes, false, () => undefined)
    expect(ask(1, 0b0001).granted).to.equal(0b0001)
    expect([children.freeSlots, children.freeSlotsFor(1)]).to.deep.equal([7, 7])
    expect(ask(2, 0b0010).granted).to.equal(0b0010)
    expect([children.freeSlots, children.freeSlotsFor(1), children.freeSlotsFor(3)]).to.deep.equal([0, 6, 0])
    expect(ask(3, 0b0100)).to.include({ granted: 0, refused: 0b0100, refusal: 'full' })
    expect(ask(1, 0b1101).granted).to.equal(0b1101)
    children.release(2)
    expect(ask(3, 0b0100).granted).to.equal(0b0100)
  })
})
