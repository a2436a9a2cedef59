import { expect } from 'chai'
import { depthsOf, type Frame, layOut, type Layout, ORIGIN } from '../../examples/one-machine/page/layout.js'
import { waysOf } from '../../examples/one-machine/page/ways.js'

const WIDE: Frame = {
  width: 850,
  height: 560,
  peer: { width: 52, height: 25 },
  widthOf: () => 52,
  gap: 12,
  wide: 0.8,
  margin: 24
}

const NARROW: Frame = { ...WIDE, width: 328, height: 320, widthOf: () => 42, gap: 5, wide: 1, margin: 14 }

/** Who feeds each stripe: a letter, `o` for the origin, `·` for nobody. */
const DOZEN = {
  A: 'oooo',
  B: 'oooo',
  C: 'BBBB',
  D: 'CBBC',
  E: 'ACAC',
  F: 'BBCG',
  G: 'FEDA',
  H: 'AACD',
  I: 'HFCA',
  J: 'CAED',
  K: 'EEFD',
  L: 'EAFE'
}

describe('one machine: the layout of the page', () => {
  it('puts everybody as deep as its longest way', () => {
    const depths = depthsOf(crowd(DOZEN), null)
    expect(Object.fromEntries(depths)).to.deep.equal({
      A: 1,
      B: 1,
      C: 2,
      D: 3,
      E: 3,
      F: 3,
      G: 4,
      H: 4,
      I: 3,
      J: 4,
      K: 4,
      L: 4
    })
    const { places } = layOut(crowd(DOZEN), WIDE)
    for (const [key, depth] of depths) expect(places.get(key)!.row, key).to.equal(depth)
  })

  it('stands the rows below each other, the origin on top', () => {
    const { places, rows } = layOut(crowd(DOZEN), WIDE)
    expect(rows.map(({ label }) => label)).to.deep.equal(['1', '2', '3', '4'])
    for (const [a, { row, y }] of places) {
      for (const [b, other] of places) {
        if (row < other.row) expect(y, `${a} above ${b}`).to.be.below(other.y)
      }
    }
    expect(Math.min(...[...places.values()].map(({ y }) => y))).to.equal(places.get(ORIGIN)!.y)
  })

  it('stands nobody on another, and all within the page', () => {
    for (const frame of [WIDE, NARROW]) {
      for (const peers of [crowd(DOZEN), many(40), many(60)]) apart(layOut(peers, frame), frame)
    }
  })

  it('gives wide names their room', () => {
    const widthOf = (key: string): number => (key === 'A' || key === ORIGIN ? 80 : 42)
    const frame = { ...NARROW, widthOf }
    apart(layOut(crowd({ A: 'oooo', B: 'oooo', C: 'oooo', D: 'oooo' }), frame), frame)
  })

  it('stands who is fed by others of its row below them', () => {
    // Three steps by its first stripe; it feeds on its second, on which it has two.
    const { places } = layOut(crowd({ A: 'oo', B: 'Ao', C: 'BB', D: 'BC' }), WIDE)
    const [c, d] = [places.get('C')!, places.get('D')!]
    expect(c.row).to.equal(3)
    expect(d.y).to.be.above(c.y)
  })

  it('draws one stripe as the tree that it is', () => {
    for (const stripe of [0, 1, 2, 3]) {
      const { places, edges } = layOut(crowd(DOZEN), WIDE, { stripe })
      expect(edges).to.have.length(12)
      for (const { from, to } of edges) {
        expect(places.get(to)!.row, `${from} to ${to}`).to.equal(places.get(from)!.row + 1)
      }
    }
  })

  it('draws the same crowd in the same way', () => {
    const first = layOut(crowd(DOZEN), WIDE)
    expect(layOut(crowd(DOZEN), WIDE)).to.deep.equal(first)
    const again = layOut(crowd(DOZEN), WIDE, { before: first.places })
    for (const [key, { x, y }] of first.places) {
      expect(again.places.get(key)!.y, key).to.equal(y)
      expect(again.places.get(key)!.x, key).to.be.closeTo(x, WIDE.width / 4)
    }
  })

  it('lets who lost its parents stand where it stood, and newcomers wait below', () => {
    const { places: before } = layOut(crowd(DOZEN), WIDE)
    const { places, rows, edges } = layOut(crowd({ ...DOZEN, D: '····', N: '' }), WIDE, { before })
    expect(places.get('D')!.row).to.equal(3)
    expect(places.get('N')!.row).to.equal(5)
    expect(rows.at(-1)!.label).to.equal('')
    expect(edges.filter(({ to }) => to === 'D' || to === 'N')).to.be.empty
  })

  it('leaves no room for a depth at which nobody stands', () => {
    // B is two steps down by its first stripe, and three by its second.
    const { rows } = layOut(crowd({ A: 'oo', B: 'AD', C: 'Bo', D: 'CA' }), WIDE)
    expect(rows.map(({ label }) => label)).to.deep.equal(['1', '3', '4'])
    expect(rows[1]!.y - rows[0]!.y).to.be.below(6 * WIDE.peer.height)
  })

  it('bears a ring, strangers, and nobody at all', () => {
    const ring = layOut(crowd({ A: 'CCCC', B: 'AAAA', C: 'BBBB', D: 'XXXo' }), WIDE)
    expect([...ring.places.keys()]).to.have.members([ORIGIN, 'A', 'B', 'C', 'D'])
    apart(ring, WIDE)
    expect(layOut([], WIDE).places.size).to.equal(1)
  })

  it('knows the ways of a packet, up and down', () => {
    const { edges } = layOut(crowd({ A: 'oo', B: 'AA', C: 'BA', D: 'CB' }), WIDE)
    const { above, below, peers } = waysOf(edges, 'C')
    const told = (ways: Iterable<{ from: string; to: string; stripe: number }>): string[] =>
      [...ways].map(({ from, to, stripe }) => `${from}${to}${stripe}`).toSorted()
    expect(told(above)).to.deep.equal(['AB0', 'AC1', 'BC0', `${ORIGIN}A0`, `${ORIGIN}A1`].toSorted())
    expect(told(below)).to.deep.equal(['CD0'])
    expect(peers.has('B')).to.equal(true)
  })
})

function crowd(feeds: Readonly<Record<string, string>>): { key: string; feeds: (string | null)[] }[] {
  return Object.entries(feeds).map(([key, letters]) => ({
    key,
    feeds: Array.from(letters, (letter) => (letter === 'o' ? ORIGIN : letter === '·' ? null : letter))
  }))
}

/** Each fed by four that came before it. */
function many(count: number): { key: string; feeds: (string | null)[] }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `p${index}`,
    feeds: [2, 3, 5, 7].map((part, stripe) =>
      index < 2 ? ORIGIN : `p${Math.floor((index - 1 - (stripe % 2)) / part)}`
    )
  }))
}

function apart({ places, height }: Layout, { width, widthOf, peer }: Frame): void {
  const all = [...places]
  for (const [index, [a, here]] of all.entries()) {
    expect(here.x - widthOf(a) / 2, a).to.be.at.least(0)
    expect(here.x + widthOf(a) / 2, a).to.be.at.most(width)
    expect(here.y + peer.height / 2, a).to.be.at.most(height)
    for (const [b, there] of all.slice(index + 1)) {
      const [dx, dy] = [Math.abs(here.x - there.x), Math.abs(here.y - there.y)]
      const isApart = dx >= (widthOf(a) + widthOf(b)) / 2 - 0.01 || dy >= peer.height
      expect(isApart, `${a} at ${here.x},${here.y} and ${b} at ${there.x},${there.y}`).to.equal(true)
    }
  }
}
