import { expect } from 'chai'
import { isCanonicalSignature, isSoundKey } from '../../../src/protocol/media/signature.js'
import {
  add,
  encodePoint,
  IDENTITY,
  L,
  littleEndian,
  multiply,
  P,
  type Point,
  pointOf
} from '../../vectors/edwards.js'

/** All points that eight times themselves are the identity: L times any point is one; eight of them there are. */
function smallOrderPoints(): Point[] {
  const found = new Map<string, Point>()
  for (let y = 2n; found.size < 8; y++) {
    for (const odd of [false, true]) {
      const point = pointOf(y, odd)
      if (point === undefined) continue
      const torsion = multiply(L, point)
      found.set(torsion.join(), torsion)
    }
  }
  return [...found.values()]
}

describe('points of small order', () => {
  const points = smallOrderPoints()

  it('are eight', () => {
    expect(points.length).to.equal(8)
    for (const point of points) {
      let sum = IDENTITY
      for (let i = 0; i < 8; i++) sum = add(sum, point)
      expect(sum).to.deep.equal(IDENTITY)
    }
  })

  it('are refused as a key and as R, with either sign, canonical or not', () => {
    for (const [, y] of points) {
      for (const encoded of [y, y + P].filter((value) => value < 2n ** 255n)) {
        for (const sign of [0n, 1n << 255n]) {
          const bytes = littleEndian(encoded | sign)
          expect(isSoundKey(bytes)).to.equal(false)
          expect(isCanonicalSignature(new Uint8Array([...bytes, ...new Uint8Array(32)]))).to.equal(false)
        }
      }
    }
  })

  it('are all that is refused among canonical encodings', () => {
    const small = new Set(points.map(([, y]) => y))
    for (const near of [0n, P - 1n, ...small]) {
      for (const y of [near - 1n, near + 1n]) {
        if (y < 0n || y >= P || small.has(y)) continue
        expect(isSoundKey(littleEndian(y)), y.toString(16)).to.equal(true)
      }
    }
  })
})

describe('bounds of a signature', () => {
  const sound = encodePoint(pointOf(4n, false) ?? pointOf(3n, false)!)
  const withS = (s: bigint): Uint8Array => new Uint8Array([...sound, ...littleEndian(s)])

  it('are 0 and L', () => {
    expect(isCanonicalSignature(withS(0n))).to.equal(true)
    expect(isCanonicalSignature(withS(L - 1n))).to.equal(true)
    for (const s of [L, L + 1n, 2n ** 253n, 2n ** 256n - 1n])
      expect(isCanonicalSignature(withS(s))).to.equal(false)
  })

  it('hold for the lengths too', () => {
    expect(isSoundKey(sound.subarray(1))).to.equal(false)
    expect(isCanonicalSignature(withS(1n).subarray(1))).to.equal(false)
  })
})
