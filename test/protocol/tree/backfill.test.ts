import { expect } from 'chai'
import type { Output } from '../../../src/protocol/machine.js'
import { Backfill } from '../../../src/protocol/tree/backfill.js'
import { Feeds } from '../../../src/protocol/tree/feeds.js'
import { Neighbourhood } from '../../../src/protocol/tree/neighbourhood.js'
import type { Progress } from '../../../src/protocol/tree/upstream.js'
import { decodeMessages } from '../../../src/protocol/wire/tracker-side.js'

const STRIPES = 4
const self = { id: new Uint8Array(32).fill(1), addresses: [] }
const broadcast = { publisher: new Uint8Array(32), name: 'test' }

/** Links 0…3 feed the stripe of their number, 4 is a spare, 5 neither; all until sequence 39, and then what is given.
 * @param fresh who has sent something just now */
function backfill(
  heard: readonly number[] = [],
  fresh: readonly number[] = [0, 1, 2, 3, 4]
): {
  wants: (missing: readonly number[], now: number) => Map<number, number[]>
} {
  const outputs: Output[] = []
  const hood = new Neighbourhood({ self, broadcast, leaf: false, maxLinks: 64, ways: 1 }, (output) =>
    outputs.push(output)
  )
  for (let link = 0; link <= 5; link++) {
    hood.opened(link, undefined, undefined, 0)
    const neighbour = hood.get(link)!
    neighbour.record = { id: new Uint8Array(32).fill(10 + link), addresses: [] }
    neighbour.depth = 1
    neighbour.heardAt = fresh.includes(link) ? 1_000 : -10_000
  }
  const feeds = new Feeds(STRIPES)
  for (let stripe = 0; stripe < STRIPES; stripe++) {
    feeds.ask(stripe, stripe, 36 + stripe, 0, 0)
    feeds.grant(stripe, 1 << stripe, 0)
  }
  feeds.addSpare(4)
  for (const sequence of heard) feeds.heard(sequence % STRIPES, sequence % STRIPES, sequence, 0, 0)
  const looked = new Backfill(STRIPES, feeds, hood)
  const wants = (missing: readonly number[], now: number): Map<number, number[]> => {
    outputs.length = 0
    const progress = {
      wanted: 40,
      newest: 50,
      isWhole: false,
      missing: () => [...missing]
    } as unknown as Progress
    looked.tend(progress, now)
    const told = new Map<number, number[]>()
    for (const output of outputs) {
      if (output.type !== 'send') continue
      for (const message of decodeMessages(output.bytes))
        if (message.type === 'want') told.set(output.link, [...message.sequences])
    }
    return told
  }
  return { wants }
}

describe('Backfill', () => {
  it('asks the parent that has sent a later packet of the stripe: this one was lost on the way', () => {
    expect(backfill([45]).wants([41], 1_000)).to.deep.equal(new Map([[1, [41]]]))
  })

  it('asks the others first where the parent itself is late', () => {
    const [link] = [...backfill([]).wants([41], 1_000).keys()]
    expect(link).to.be.oneOf([0, 2, 3, 4])
  })

  it('asks everybody in the end, the late parent last', () => {
    const { wants } = backfill([])
    const asked = [0, 1, 2, 4].flatMap((n) => [...wants([41], 1_000 + 300 * n).keys()])
    expect(new Set(asked)).to.deep.equal(new Set([0, 1, 2, 3, 4, 5]))
    expect(asked.slice(-2)).to.deep.equal([5, 1])
  })

  it('asks first who has sent something a moment ago: the others may have fallen silent', () => {
    const { wants } = backfill([], [3])
    expect([...wants([41], 1_100).keys()]).to.deep.equal([3])
  })

  it('spreads a stripe that is missing over all who may have it', () => {
    const missing = [41, 45, 49, 53]
    expect(backfill([]).wants(missing, 1_000).size).to.equal(4)
  })
})
