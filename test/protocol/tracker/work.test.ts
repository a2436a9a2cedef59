import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { workIn, workMessage } from '../../../src/protocol/tracker/work.js'
import { findWork } from '../../../src/runtime/work.js'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const seed = new Uint8Array(16).fill(3)
const peer = new Uint8Array(32).fill(4)

describe('proof of work', () => {
  it('is as much as the digest begins with zero bits', () => {
    expect(workIn(Uint8Array.of(0x80, 0))).to.equal(0)
    expect(workIn(Uint8Array.of(0x01, 0xff))).to.equal(7)
    expect(workIn(Uint8Array.of(0, 0, 0x20))).to.equal(18)
    expect(workIn(new Uint8Array(32))).to.equal(256)
  })

  it('is found, in Node.js and where digests take a turn, and is for one peer and one seed', async () => {
    for (const hash of [sha256, (bytes: Uint8Array) => Promise.resolve(sha256(bytes))]) {
      const nonce = await findWork(hash, seed, peer, 10, () => true)
      expect(workIn(sha256(workMessage(seed, peer, nonce!)))).to.be.at.least(10)
      const others = Array.from({ length: 8 }, (_, n) => new Uint8Array(32).fill(n + 5))
      const worth = others.map((other) => workIn(sha256(workMessage(seed, other, nonce!))))
      expect(Math.min(...worth), 'for others it is worth nothing').to.be.below(10)
      const anew = workMessage(new Uint8Array(16).fill(9), peer, nonce!)
      expect(workIn(sha256(anew))).to.be.below(10)
    }
  })

  it('is given up when nobody waits for it any more', async () => {
    let asked = 0
    expect(await findWork(sha256, seed, peer, 40, () => ++asked < 3)).to.equal(undefined)
  })
})
