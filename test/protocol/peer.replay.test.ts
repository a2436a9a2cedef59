import { expect } from 'chai'
import type { PeerOptions } from '../../src/protocol/peer-options.js'
import { type ReplayOptions, replaying } from '../../src/protocol/replay/replay.js'
import { SAMPLES_PER_MS } from '../../src/protocol/media/frame.js'
import { decodePastMessage, encodePastMessage } from '../../src/protocol/wire/past-message.js'
import { encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { type Member, World } from './world.js'

const KEEP = 10_000_000

/** What makes a peer keep the show, or play its past. */
function past(options: Partial<ReplayOptions> = {}): Partial<PeerOptions> {
  const { keepBytes = 0, from, pace = 'eager', aheadMs = 2_000, seed = 3 } = options
  return { replay: replaying({ keepBytes, from, pace, aheadMs, seed }) }
}

const keeping = (): Partial<PeerOptions> => past({ keepBytes: KEEP })

/** A world whose readers take what they are given at once. */
function world(): World {
  const made = new World()
  made.onStep = (member, _, outputs) => {
    for (const output of outputs) {
      if (output.type !== 'play' || output.item.type !== 'audio') continue
      const { mediaTime } = output.item
      made.at(made.now, () => made.give(member, { type: 'taken', mediaTime }))
    }
  }
  return made
}

const seconds = (count: number): number => count * 1000 * SAMPLES_PER_MS

/** The frames of a show of so many seconds, from one of its seconds on. */
function framesOf(showSeconds: number, from = 0): number[] {
  return Array.from({ length: (showSeconds - from) * 50 }, (_, i) => from * 50 + i)
}

/** How long the shows are. */
const SECONDS = 60

/** A show of a minute that some have kept, and that is over: the origin is gone. */
function afterTheShow(
  keepers = 3,
  meanwhile: (keeper: Member, world: World) => void = () => undefined
): { world: World; keepers: Member[] } {
  const show = world()
  const origin = show.addOrigin()
  const kept = Array.from({ length: keepers }, (_, i) => show.add(`keeper${i}`, keeping()))
  const others = [show.add('listener', { leaf: true })]
  show.run(200)
  show.show(origin, SECONDS * 1000)
  for (const keeper of kept) meanwhile(keeper, show)
  show.run(SECONDS * 1000 + 10_000)
  for (const member of [origin, ...others]) expect(member.done, member.name).to.equal(true)
  for (const member of kept) expect(member.done, member.name).to.equal(false)
  return { world: show, keepers: kept }
}

describe('a show that is over', () => {
  it('is heard from its start by newcomers, out of those who kept it', () => {
    const { world, keepers } = afterTheShow()
    const newcomers = Array.from({ length: 8 }, (_, i) => world.add(`newcomer${i}`, past()))
    const begin = world.now
    let heardAt = 0
    const { onStep } = world
    world.onStep = (member, input, outputs) => {
      if (heardAt === 0 && outputs.some(({ type }) => type === 'play')) heardAt = world.now
      onStep?.(member, input, outputs)
    }
    world.run(10_000)
    for (const newcomer of newcomers) {
      expect(world.frames(newcomer), newcomer.name).to.deep.equal(framesOf(60))
      expect(newcomer.played.at(-1)).to.deep.equal({ type: 'end' })
      expect(newcomer.played.some(({ type }) => type === 'gap')).to.equal(false)
      expect(newcomer.done).to.equal(true)
      const { bytesFromOrigin, received } = newcomer.peer.stats()
      expect(bytesFromOrigin).to.equal(0)
      expect(received).to.be.at.least(600)
    }
    expect(heardAt - begin).to.be.below(500)
    for (const keeper of keepers) expect(keeper.notices).to.deep.include({ event: 'lending' })
  })

  it('is heard from any place on', () => {
    const { world } = afterTheShow()
    const newcomer = world.add('newcomer', past({ from: seconds(42) }))
    world.run(20_000)
    expect(world.frames(newcomer)).to.deep.equal(framesOf(60, 42))
    expect(newcomer.done).to.equal(true)
  })

  it('is heard at its own pace where it is for ears, and goes to another place when told to', () => {
    const { world } = afterTheShow()
    const newcomer = world.add('newcomer', past({ pace: 'timed', from: seconds(5) }))
    world.run(10_000)
    const heard = world.frames(newcomer)
    expect(heard[0]).to.equal(250)
    // Ten seconds, and two ahead of them.
    expect(heard.length).to.be.within(550, 605)
    newcomer.played.length = 0
    world.give(newcomer, { type: 'seek', mediaTime: seconds(50) })
    world.run(1_000)
    expect(world.frames(newcomer)[0]).to.equal(2_500)
    world.give(newcomer, { type: 'seek', mediaTime: seconds(1) })
    newcomer.played.length = 0
    world.run(1_000)
    expect(world.frames(newcomer)[0]).to.equal(50)
  })

  it('is lent on by those who heard it and keep it, when the first are gone', () => {
    const { world, keepers } = afterTheShow(2)
    const second = world.add('second', keeping())
    world.run(5_000)
    for (const keeper of keepers) world.kill(keeper)
    world.run(1_000)
    const third = world.add('third', past())
    world.run(10_000)
    expect(second.done).to.equal(false)
    expect(world.frames(third)).to.deep.equal(framesOf(60))
  })

  it('is taken from others when one lender vanishes, falls silent, or forges', () => {
    const { world, keepers } = afterTheShow(4)
    keepers[1]!.tamper = (message, bytes) => {
      if (message.type !== 'about-past') return bytes
      const read = decodePastMessage(message)
      if (read.type !== 'past') return bytes
      const packets = read.packets.map((packet) => packet.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))
      return encodeMessage(encodePastMessage({ ...read, packets }))
    }
    const newcomer = world.add('newcomer', past({ pace: 'timed', from: 0 }))
    world.run(3_000)
    world.kill(keepers[0]!)
    world.freeze(keepers[2]!)
    world.run(60_000)
    expect(world.frames(newcomer)).to.deep.equal(framesOf(60))
    expect(newcomer.notices.filter(({ event }) => event === 'banned')).to.have.length(1)
  })

  it('has gaps where nobody has anything, and they are told', () => {
    const { world } = afterTheShow(1, (keeper, made) => {
      // Nothing reaches it for twenty seconds: more than a window holds.
      const begin = made.now + 20_000
      made.loses = (_, to) => to === keeper && made.now >= begin && made.now < begin + 20_000
    })
    const newcomer = world.add('newcomer', past())
    world.run(20_000)
    const gaps = newcomer.played.filter(({ type }) => type === 'gap')
    const frames = world.frames(newcomer)
    expect(frames[0]).to.equal(0)
    expect(frames.at(-1)).to.equal(SECONDS * 50 - 1)
    const lost = gaps.reduce((sum, gap) => sum + (gap.type === 'gap' ? gap.samples / 960 : 0), 0)
    expect(lost).to.be.within(300, 900)
    expect(frames.length + lost).to.equal(SECONDS * 50)
  })

  it('is whole though who keeps it came late: what was missed is fetched while somebody holds it', () => {
    const show = world()
    const origin = show.addOrigin(keeping())
    show.run(200)
    show.show(origin, 30_000)
    show.run(20_000)
    const late = show.add('late', keeping())
    show.run(8_000)
    show.kill(origin)
    show.run(1_000)
    const newcomer = show.add('newcomer', past({ from: 0 }))
    show.run(10_000)
    const frames = show.frames(newcomer)
    expect(frames).to.deep.equal(framesOf(frames.length / 50))
    expect(frames.length).to.be.above(1_350)
    expect(late.peer.stats().gaps).to.equal(0)
  })

  it('is forgotten when nobody honours its certificate any more', () => {
    const { world, keepers } = afterTheShow(1)
    world.run(26 * 3_600_000)
    expect(keepers[0]!.done).to.equal(true)
  })
})

describe('the past of a running show', () => {
  function running(keepers = 2): { world: World; origin: Member } {
    const show = world()
    const origin = show.addOrigin()
    for (let i = 0; i < keepers; i++) show.add(`keeper${i}`, keeping())
    show.run(200)
    show.show(origin, 120_000)
    show.run(60_000)
    return { world: show, origin }
  }

  it('is heard from the start by who comes late, who then is live', () => {
    const { world } = running()
    const late = world.add('late', past({ from: 0 }))
    world.run(10_000)
    const heard = world.frames(late)
    expect(heard).to.deep.equal(framesOf(heard.length / 50))
    expect(late.peer.timeline()).to.include({ live: true, begin: 0 })
    world.run(60_000)
    expect(world.frames(late)).to.deep.equal(framesOf(120))
    expect(world.gaps(late)).to.equal(0)
  })

  it('is left for the live show, and gone back to', () => {
    const { world } = running()
    const late = world.add('late', past({ from: 0, pace: 'timed' }))
    world.run(10_000)
    expect(late.peer.timeline()).to.include({ live: false, over: false })
    world.give(late, { type: 'go-live' })
    late.played.length = 0
    world.run(5_000)
    const live = world.frames(late)
    expect(live[0]).to.be.above(3_300)
    expect(live).to.deep.equal(live.map((_, i) => live[0]! + i))
    late.played.length = 0
    world.give(late, { type: 'seek', mediaTime: seconds(20) })
    world.run(5_000)
    expect(world.frames(late)[0]).to.equal(1_000)
    // Behind the live show by a minute: it is heard to its end nevertheless.
    world.run(120_000)
    expect(world.frames(late)).to.deep.equal(framesOf(120, 20))
    expect(late.done).to.equal(true)
  })

  it('is not there where nobody has kept it: the show is heard live', () => {
    const { world } = running(0)
    const late = world.add('late', past({ from: 0 }))
    world.run(10_000)
    expect(late.notices).to.deep.include({ event: 'no-past' })
    expect(world.frames(late)[0]).to.be.above(2_900)
  })

  it('is lent within the upload cap, and the live show is heard meanwhile', () => {
    const { world } = running(2)
    const late = Array.from({ length: 6 }, (_, i) => world.add(`late${i}`, past({ from: 0, pace: 'timed' })))
    world.run(70_000)
    for (const member of late) {
      const heard = world.frames(member)
      expect(heard, member.name).to.deep.equal(framesOf(heard.length / 50))
      expect(heard.length).to.be.above(3_000)
    }
  })
})
