import { expect } from 'chai'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { treecast } from '../../src/sim/topologies/treecast/index.js'
import { LEAD_MS, World } from '../../src/sim/world.js'

/** When relays begin to hold everything back, s of the show; and by when they are to be left. */
const FAULT_S = 15
const LEFT_S = FAULT_S + 10
/** Ms by which they do: more than a way that is longer by its nature. */
const DELAY_MS = 700
/** Who is tried finds out within so long, s: three until it is late for long enough, and a look. */
const TRIED_S = 5

describe('relays that hold everything back', () => {
  it('have been left for others within ten seconds', () => {
    const seeds = [1, 2, 3, 4].map(inSeed)
    const before = seeds.reduce((sum, each) => sum + each.before, 0)
    const lasting = seeds.reduce((sum, each) => sum + each.lasting, 0)
    expect(before).to.be.above(100)
    expect(lasting).to.be.at.most(before / 8)
  })
})

/**
 * @returns how many stripes slow ones feed when they begin to be slow, and how many they have fed for long in the end: new ones are
 *   tried all the time, and what they are is seen within seconds. Where all ways lead through slow ones nothing is.
 */
function inSeed(seed: number): { before: number; lasting: number } {
  const scenario = readScenario(
    {
      name: 'slow',
      peers: 60,
      show: { seconds: LEFT_S },
      crowd: { arrivals: { within: { fromS: -20, forS: 20 } } }
    },
    'the test'
  )
  const world = new World(scenario, treecast(), seed)
  const { delayOf } = world.network
  world.runTo(LEAD_MS + FAULT_S * 1000)
  const relays = [...world.here()].filter((member) => !member.isOrigin && world.recentOut(member) > 0)
  for (const [i, { self }] of relays.entries()) if (i % 5 === 0) delayOf.set(self, DELAY_MS)

  // In every second, whom a slow one feeds with what; and since when.
  let since = new Map<string, number>()
  let before = 0
  for (let second = FAULT_S; second <= LEFT_S; second++) {
    world.runTo(LEAD_MS + second * 1000)
    const fed = fromSlow(world)
    since = new Map(fed.map((key) => [key, since.get(key) ?? second]))
    if (second === FAULT_S) before = fed.length
  }
  const lasting = [...since.values()].filter((second) => second <= LEFT_S - TRIED_S).length
  return { before, lasting }
}

/** `peer parent stripe` of all who are not slow themselves, and whom a slow one feeds. */
function fromSlow(world: World): string[] {
  const { delayOf } = world.network
  const fed: string[] = []
  for (const { self, participant } of world.here()) {
    if (delayOf.has(self)) continue
    for (const { peer, stripes } of participant.parents?.() ?? [])
      if (delayOf.has(peer)) fed.push(...stripes.map((stripe) => `${self} ${peer} ${stripe}`))
  }
  return fed
}
