import { expect } from 'chai'
import fc from 'fast-check'
import { Random } from '../../../src/protocol/random.js'
import { chooseMove, chooseSpares, dealStripes, type Option } from '../../../src/protocol/tree/policy.js'
import { hasStripe, stripeCount } from '../../../src/protocol/tree/stripes.js'

const option = (link: number, change: Partial<Option> = {}): Option => ({
  link,
  freeSlots: 4,
  depth: 2,
  feeding: 0,
  refused: 0,
  stalled: 0,
  silent: false,
  heardAt: 0,
  hasProved: true,
  ...change
})

const anyOptions = fc
  .array(
    fc.record({
      freeSlots: fc.nat(5),
      depth: fc.constantFrom(0, 1, 2, 3, 255),
      feeding: fc.nat(15),
      refused: fc.nat(15),
      stalled: fc.nat(15),
      silent: fc.boolean(),
      heardAt: fc.nat(9),
      hasProved: fc.boolean()
    }),
    { maxLength: 8 }
  )
  .map((all) => all.map((each, link) => ({ link, ...each })))

describe('dealStripes', () => {
  it('deals each stripe once, to who is fed, has room and has not refused; and leaves out none that could be dealt', () => {
    fc.assert(
      fc.property(fc.nat(15), anyOptions, fc.integer(), (orphans, options, seed) => {
        const dealt = dealStripes(orphans, options, new Random(seed))
        let union = 0
        for (const [link, stripes] of dealt) {
          expect(union & stripes).to.equal(0)
          union |= stripes
          const { freeSlots, depth, refused } = options[link]!
          expect(stripeCount(stripes)).to.be.at.most(freeSlots)
          expect(depth).to.be.below(255)
          expect(stripes & refused).to.equal(0)
        }
        expect(union & ~orphans).to.equal(0)
        for (let stripe = 0; stripe < 4; stripe++) {
          if (!hasStripe(orphans & ~union, stripe)) continue
          const could = options.some(
            ({ link, freeSlots, depth, refused }) =>
              depth < 255 && !hasStripe(refused, stripe) && freeSlots > stripeCount(dealt.get(link) ?? 0)
          )
          expect(could).to.equal(false)
        }
      })
    )
  })

  it('deals to who has been heard since, before anybody else, and however much it carries', () => {
    const options = [option(1), option(2, { heardAt: 11, feeding: 0b1100 }), option(3, { heardAt: 10 })]
    expect([...dealStripes(0b0011, options, new Random(1), 10)]).to.deep.equal([[2, 0b0011]])
    const full = options.map((each) => ({ ...each, freeSlots: 1 }))
    expect(dealStripes(0b0011, full, new Random(1), 10).get(2)).to.be.oneOf([0b0001, 0b0010])
  })

  it('believes who has sent something before who only says that it stands high', () => {
    const claims = [1, 2].map((link) => option(link, { depth: 1, hasProved: false }))
    expect([...dealStripes(0b0011, [...claims, option(3, { depth: 9 })], new Random(1))]).to.deep.equal([
      [3, 0b0011]
    ])
    const full = option(3, { freeSlots: 0 })
    expect([...dealStripes(0b0011, [...claims, full], new Random(1)).keys()].sort()).to.deep.equal([1, 2])
  })

  it('spreads the stripes', () => {
    const dealt = dealStripes(
      0b1111,
      [1, 2, 3, 4].map((link) => option(link)),
      new Random(1)
    )
    expect([...dealt.values()].map(stripeCount)).to.deep.equal([1, 1, 1, 1])
  })

  it('asks the silent, and those who let the stripe stall, only when there is nobody else', () => {
    const doubtful = [option(1, { silent: true, depth: 0 }), option(2, { stalled: 0b0001, depth: 0 })]
    expect([
      ...dealStripes(0b0001, [...doubtful, option(3, { feeding: 0b1110, depth: 15 })], new Random(1)).keys()
    ]).to.deep.equal([3])
    expect(dealStripes(0b0001, doubtful, new Random(1)).size).to.equal(1)
  })
})

describe('chooseSpares', () => {
  it('prefers who is near the origin and never stalled, and takes nobody twice', () => {
    const options = [option(1, { depth: 5 }), option(2, { depth: 1, stalled: 0b1 }), option(3, { depth: 3 })]
    expect(chooseSpares(options, 2, new Random(1))).to.deep.equal([3, 1])
    expect(chooseSpares(options, 9, new Random(1))).to.deep.equal([3, 1, 2])
  })
})

describe('chooseMove', () => {
  const move = (options: readonly Option[], depths = [3, 3, 3, 3], parents = 4): unknown =>
    chooseMove(options, depths, parents, new Random(1))

  it('takes a stripe from who carries most, while there are too few parents', () => {
    const options = [option(1, { feeding: 0b0111 }), option(2, { feeding: 0b1000 }), option(3)]
    expect(move(options)).to.deep.include({ from: 1, to: 3 })
  })

  it('takes the stripe with the longest way, of those that the other one has not refused', () => {
    const options = [option(1, { feeding: 0b1111 }), option(2, { refused: 0b0010 })]
    expect(move(options, [3, 6, 5, 4])).to.deep.equal({ from: 1, to: 2, stripes: 0b0100 })
  })

  it('goes to nobody who stands deeper, is full, unfed, silent, known to stall, or has never sent anything', () => {
    const feeding = option(1, { feeding: 0b1111 })
    const others: Partial<Option>[] = [
      { depth: 3 },
      { freeSlots: 0 },
      { depth: 255 },
      { silent: true },
      { stalled: 0b0001 },
      { refused: 0b1111 },
      { hasProved: false }
    ]
    for (const other of others) expect(move([feeding, option(2, other)])).to.equal(undefined)
  })

  it('with parents enough, shortens the longest way where two links can be saved, and not for one', () => {
    const parents = [1, 2, 3, 4].map((link) => option(link, { feeding: 1 << (link - 1), depth: 6 }))
    const depths = [3, 3, 6, 3]
    expect(move([...parents, option(5, { depth: 3 })], depths)).to.deep.equal({
      from: 3,
      to: 5,
      stripes: 0b0100
    })
    expect(move([...parents, option(5, { depth: 4 })], depths)).to.equal(undefined)
  })

  it('comes to an end: each move makes one parent more, or a way shorter by two links', () => {
    fc.assert(
      fc.property(
        anyOptions,
        fc.array(fc.nat(15), { minLength: 4, maxLength: 4 }),
        fc.integer(),
        (options, depths, seed) => {
          const chosen = chooseMove(options, depths, 4, new Random(seed))
          if (chosen === undefined) return
          const from = options[chosen.from]!
          const to = options[chosen.to]!
          expect(stripeCount(chosen.stripes)).to.equal(1)
          expect(chosen.stripes & from.feeding).to.equal(chosen.stripes)
          expect(to.feeding).to.equal(0)
          const parents = options.filter(({ feeding }) => feeding !== 0).length
          const longest = Math.max(...depths.filter((_, stripe) => hasStripe(from.feeding, stripe)))
          const isSpread = parents < 4 && stripeCount(from.feeding) > 1
          if (!isSpread) expect(to.depth + 1).to.be.at.most(longest - 2)
        }
      )
    )
  })
})
