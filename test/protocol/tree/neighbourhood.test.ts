import { expect } from 'chai'
import { DIAL_PATIENCE_MS, MAX_DIALS } from '../../../src/protocol/limits.js'
import type { Output } from '../../../src/protocol/machine.js'
import { Random } from '../../../src/protocol/random.js'
import { Neighbourhood } from '../../../src/protocol/tree/neighbourhood.js'
import { ALL_WAYS } from '../../../src/protocol/wire/ways.js'

const recordOf = (n: number): { id: Uint8Array; addresses: string[] } => ({
  id: new Uint8Array(32).fill(n),
  addresses: ['somewhere']
})

describe('Neighbourhood', () => {
  const random = new Random(1)
  let hood: Neighbourhood
  const broadcast = { publisher: new Uint8Array(32), name: 'test' }
  let outputs: Output[]

  beforeEach(() => {
    outputs = []
    hood = new Neighbourhood(
      { self: recordOf(0), broadcast, leaf: false, maxLinks: 64, ways: ALL_WAYS },
      (output) => outputs.push(output)
    )
    hood.candidates.add(Array.from({ length: 40 }, (_, n) => recordOf(n + 1)))
  })

  it('counts upon a dial for a while only, and says when that is over', () => {
    expect(hood.dial(6, 1_000, random)).to.equal(6)
    expect(hood.dials(1_000 + DIAL_PATIENCE_MS - 1)).to.equal(6)
    expect(hood.nextImpatience(1_500)).to.equal(1_000 + DIAL_PATIENCE_MS)
    expect(hood.dials(1_000 + DIAL_PATIENCE_MS)).to.equal(0)
    expect(hood.nextImpatience(1_000 + DIAL_PATIENCE_MS)).to.equal(Infinity)
  })

  it('dials no more at once than its bound, and nobody twice', () => {
    let dialled = 0
    for (let n = 0; n < 5; n++) dialled += hood.dial(6, n * DIAL_PATIENCE_MS, random)
    expect(dialled).to.equal(MAX_DIALS)
    const peers = outputs.map((output) => (output.type === 'dial' ? output.peer.id[0] : undefined))
    expect(new Set(peers).size).to.equal(MAX_DIALS)
  })

  it('dials again when dials have failed', () => {
    hood.dial(MAX_DIALS, 0, random)
    for (const output of outputs.splice(0)) if (output.type === 'dial') hood.dialFailed(output.peer.id, 5_000)
    expect(hood.dial(6, 5_000, random)).to.equal(6)
  })

  it('knows whom it has seen stall when it comes back, by whichever link', () => {
    const greet = (link: number, now: number): void => {
      const peerId = recordOf(1).id
      hood.opened(link, undefined, peerId, now)
      const hello = { type: 'hello', minVersion: 1, maxVersion: 1, peerId, broadcast, leaf: false } as const
      hood.hello(hood.get(link)!, { ...hello, addresses: ['somewhere'] }, now)
    }
    greet(1, 1_000)
    hood.get(1)!.stalls(0b10, 61_000)
    hood.closed(1, 2_000)
    greet(2, 3_000)
    expect(hood.get(2)!.stalled(3_000) & 0b1111, 'no stripe is asked of it').to.equal(0b1111)
    expect(hood.get(2)!.stalled(61_000)).to.equal(0)
    hood.bye(2, 'closing', 'goodbye')
    greet(3, 61_000)
    expect(hood.get(3)!.stalled(61_000)).to.equal(0)
  })
})
