import { expect } from 'chai'
import { Columns, NOBODY, TRAIT, UNFED } from '../../../src/sim/crowd/columns.js'
import { Forest } from '../../../src/sim/crowd/forest.js'

function forestOf(peers: number): { readonly columns: Columns; readonly forest: Forest } {
  const columns = new Columns(peers, 4)
  columns.slots.fill(8)
  columns.depth.fill(0, 0, 4)
  return { columns, forest: new Forest(columns, 2, 0) }
}

describe("the crowd's forest", () => {
  it('keeps children, slots and depths as they change', () => {
    const { columns, forest } = forestOf(6)
    forest.attach(1, 0, 0)
    forest.attach(2, 1, 0)
    forest.attach(3, 2, 0)
    forest.attach(4, 1, 0)
    expect(forest.childrenOf(1, 0)).to.have.members([2, 4])
    expect([1, 2, 3, 4].map((peer) => columns.depth[peer * 4])).to.deep.equal([1, 2, 3, 2])
    expect(columns.used[1]).to.equal(2)
    expect(forest.detach(2, 0)).to.equal(1)
    expect(forest.childrenOf(1, 0)).to.deep.equal([4])
    forest.attach(2, 0, 0)
    expect([2, 3].map((peer) => columns.depth[peer * 4])).to.deep.equal([1, 2])
    expect(forest.detach(5, 0)).to.equal(NOBODY)
    expect(forest.edges).to.equal(4)
  })

  it('refuses loops, ways that are too long, who is not fed, and who is full', () => {
    const { columns, forest } = forestOf(20)
    expect(forest.obstacle(1, 2, 0)).to.equal('not-fed')
    for (let peer = 1; peer < 17; peer++) {
      if (peer === 16) expect(forest.obstacle(15, 16, 0)).to.equal('too-deep')
      else forest.attach(peer, peer - 1, 0)
    }
    expect(forest.obstacle(5, 3, 0)).to.equal('loop')
    expect(forest.obstacle(3, 17, 0)).to.equal(undefined)
    columns.slots[3] = 1
    expect(forest.obstacle(3, 17, 0)).to.equal('full')
    // The origin gives two children of any stripe.
    forest.attach(18, 0, 0)
    expect(forest.obstacle(0, 19, 0)).to.equal('full')
    expect(forest.obstacle(0, 19, 1)).to.equal(undefined)
  })

  it('tells a whole subtree that it is cut off', () => {
    const { columns, forest } = forestOf(5)
    for (let peer = 1; peer < 5; peer++) forest.attach(peer, peer - 1, 2)
    const changed: number[] = []
    forest.changed = (peer) => changed.push(peer)
    forest.detach(2, 2)
    expect(changed).to.deep.equal([])
    forest.setDepth(2, 2, UNFED)
    expect(changed).to.have.members([2, 3, 4])
    expect(columns.depthOf(4)).to.equal(UNFED)
  })

  it('finds a leaf that holds a slot', () => {
    const { columns, forest } = forestOf(4)
    for (const peer of [1, 2, 3]) forest.attach(peer, peer === 1 ? 0 : 1, 1)
    expect(forest.leafOf(1, 1)).to.equal(NOBODY)
    columns.traits[2]! |= TRAIT.leaf
    expect(forest.leafOf(1, 1)).to.equal(2)
  })

  it('takes at most 100 bytes a peer', () => {
    expect(new Columns(1_000, 4).bytesPerPeer).to.be.at.most(100)
  })
})
