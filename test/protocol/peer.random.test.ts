import { expect } from 'chai'
import fc from 'fast-check'
import { gather } from './crowd.js'
import type { Member } from './world.js'

const happening = fc.record({
  what: fc.constantFrom('kill', 'freeze', 'thaw', 'black-hole', 'join', 'join-leaf', 'leave', 'wait'),
  whom: fc.nat(30),
  thenMs: fc.integer({ min: 0, max: 2_000 })
})

const options = fc.record({
  happenings: fc.array(happening, { minLength: 1, maxLength: 6 }),
  delayMs: fc.integer({ min: 1, max: 120 }),
  lossPercent: fc.constantFrom(0, 0, 1, 5),
  maxChildren: fc.integer({ min: 1, max: 4 })
})

describe('whatever happens to a small crowd', () => {
  it('raises no error and no dead loop, and those who live hear the end of the show', () => {
    fc.assert(
      fc.property(options, ({ happenings, delayMs, lossPercent, maxChildren }) => {
        const { world, listeners } = gather({ listeners: 0, showMs: 20_000 })
        world.delayMs = delayMs
        let dice = 1
        world.loses = () => {
          dice = (Math.imul(dice, 1664525) + 1013904223) | 0
          return (dice >>> 16) % 100 < lossPercent
        }
        const honest = new Set<Member>()
        const join = (leaf: boolean): void => {
          const member = world.add(`listener${listeners.length}`, { maxChildren, leaf })
          listeners.push(member)
          honest.add(member)
        }
        for (let i = 0; i < 8; i++) join(false)
        world.run(2_000)
        for (const { what, whom, thenMs } of happenings) {
          const member = listeners[whom % listeners.length]!
          if (what === 'join') join(false)
          else if (what === 'join-leaf') join(true)
          else if (what === 'kill') world.kill(member)
          else if (what === 'leave') world.give(member, { type: 'leave' })
          else if (what === 'freeze') world.freeze(member)
          else if (what === 'thaw') world.thaw(member)
          else if (what === 'black-hole') member.blackHole = true
          if (what === 'kill' || what === 'leave') honest.delete(member)
          world.run(thenMs)
        }
        for (const member of listeners) if (member.frozen) honest.delete(member)
        world.run(26_000)
        for (const member of honest) {
          expect(world.frames(member).at(-1), member.name).to.equal(999)
          expect(member.done, member.name).to.equal(true)
        }
        for (const member of listeners) {
          const frames = world.frames(member)
          for (let i = 1; i < frames.length; i++)
            if (frames[i]! <= frames[i - 1]!) expect.fail(`${member.name} plays out of order`)
        }
      }),
      { numRuns: 60, seed: 20240812 }
    )
  })
})
