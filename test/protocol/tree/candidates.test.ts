import { expect } from 'chai'
import fc from 'fast-check'
import { AVOID_MS, BAN_MS, MAX_AVOID_MS, MAX_BAN_MS, MAX_CANDIDATES } from '../../../src/protocol/limits.js'
import { Random } from '../../../src/protocol/random.js'
import { Candidates } from '../../../src/protocol/tree/candidates.js'
import { idKey, type PeerRecord } from '../../../src/protocol/wire/record.js'
import { ALL_WAYS } from '../../../src/protocol/wire/ways.js'

const idOf = (n: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => (i < 2 ? n >> (8 * i) : 0) & 0xff)
const recordOf = (n: number, addresses = ['somewhere']): PeerRecord => ({ id: idOf(n), addresses })
const all = (candidates: Candidates, now: number): string[] =>
  candidates.pick(Infinity, new Set(), ALL_WAYS, now, new Random(1)).map(({ id }) => idKey(id))

describe('Candidates', () => {
  it('hold no more than their bound, never oneself, nobody without an address, and pick none twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200), { maxLength: 300 }),
        fc.nat(20),
        fc.uniqueArray(fc.nat(200)),
        (numbers, count, except) => {
          const candidates = new Candidates(idOf(7))
          for (const n of numbers) candidates.add([recordOf(n, n % 10 === 0 ? [] : ['somewhere'])])
          expect(candidates.size).to.be.at.most(MAX_CANDIDATES)
          const excluded = new Set(except.map((n) => idKey(idOf(n))))
          const picked = candidates
            .pick(count, excluded, ALL_WAYS, 0, new Random(3))
            .map(({ id }) => idKey(id))
          expect(picked.length).to.be.at.most(count)
          expect(new Set(picked).size).to.equal(picked.length)
          for (const key of picked) {
            expect(excluded.has(key)).to.equal(false)
            expect(key).to.not.equal(idKey(idOf(7)))
          }
          expect(picked.every((key) => (key.charCodeAt(0) + 256 * key.charCodeAt(1)) % 10 !== 0)).to.equal(
            true
          )
        }
      )
    )
  })

  it('that have wasted our time come after all others until that is over, and are not forgotten with the link', () => {
    const candidates = new Candidates(idOf(0))
    candidates.add([recordOf(1), recordOf(2)])
    candidates.shun(idOf(1), 5_000)
    const pick = (now: number, anybody: boolean, except: string[] = []): string[] =>
      candidates.pick(9, new Set(except), ALL_WAYS, now, new Random(1), anybody).map(({ id }) => idKey(id))
    expect(pick(1_000, true)).to.deep.equal([idKey(idOf(2))])
    expect(pick(1_000, false, [idKey(idOf(2))])).to.deep.equal([])
    expect(pick(1_000, true, [idKey(idOf(2))]), 'where nobody else is').to.deep.equal([idKey(idOf(1))])
    expect(pick(5_000, false).sort()).to.deep.equal([idKey(idOf(1)), idKey(idOf(2))].sort())
    for (let n = 3; n < 3 + MAX_CANDIDATES; n++) candidates.shun(idOf(n), 9_000)
    expect(candidates.shunnedUntil(idOf(1)), 'no more are remembered than candidates').to.equal(0)
  })

  it('are left alone for longer each time they fail, and at once forgiven when they serve', () => {
    const candidates = new Candidates(idOf(0))
    candidates.add([recordOf(1)])
    let wait = AVOID_MS
    let now = 1_000
    for (let i = 0; i < 10; i++) {
      candidates.avoid(idOf(1), now)
      expect(candidates.nextReady(now)).to.equal(now + wait)
      expect(all(candidates, now + wait - 1)).to.deep.equal([])
      expect(all(candidates, now + wait)).to.deep.equal([idKey(idOf(1))])
      now += wait
      wait = Math.min(wait * 2, MAX_AVOID_MS)
    }
    candidates.succeeded(idOf(1))
    candidates.avoid(idOf(1), now)
    expect(candidates.nextReady(now)).to.equal(now + AVOID_MS)
  })

  it('keep what failed least when they are too many', () => {
    const candidates = new Candidates(idOf(0))
    for (let n = 1; n <= MAX_CANDIDATES; n++) candidates.add([recordOf(n)])
    candidates.avoid(idOf(5), 0)
    candidates.add([recordOf(1_000)])
    const left = all(candidates, MAX_AVOID_MS)
    expect(left).to.not.include(idKey(idOf(5)))
    expect(left).to.include(idKey(idOf(1_000)))
    expect(left.length).to.equal(MAX_CANDIDATES)
  })

  it('that are banned stay banned, longer each time, though they be told of again', () => {
    const candidates = new Candidates(idOf(0))
    let ban = BAN_MS
    let now = 0
    for (let i = 0; i < 10; i++) {
      candidates.ban(idOf(1), now)
      candidates.add([recordOf(1)])
      expect(candidates.isBanned(idOf(1), now + ban - 1)).to.equal(true)
      expect(all(candidates, now + ban - 1)).to.deep.equal([])
      expect(candidates.isBanned(idOf(1), now + ban)).to.equal(false)
      now += ban
      ban = Math.min(ban * 2, MAX_BAN_MS)
    }
  })
})
