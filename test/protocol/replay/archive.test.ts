import { expect } from 'chai'
import { Archive } from '../../../src/protocol/replay/archive.js'
import type { Packet } from '../../../src/protocol/wire/packet.js'

/** A packet of so many bytes, a tenth of a second each; each tenth is metadata, which takes no time. */
function packet(sequence: number, length = 700): Packet {
  const mediaTime = (sequence - Math.floor(sequence / 10)) * 4_800
  return { kind: sequence % 10 === 9 ? 1 : 0, epoch: 1, sequence, mediaTime, bytes: new Uint8Array(length) }
}

describe('an archive', () => {
  it('keeps to its budget: the oldest packets go, and older ones are not taken for them', () => {
    const archive = new Archive(100_000)
    for (let sequence = 50; sequence < 200; sequence++) expect(archive.put(packet(sequence))).to.equal(true)
    expect(archive.bytes).to.be.at.most(100_000)
    expect(archive.size).to.equal(100)
    expect(archive.next(0)).to.equal(100)
    expect(archive.put(packet(60))).to.equal(false)
    expect(archive.put(packet(150))).to.equal(false)
    expect(archive.size).to.equal(100)
    expect(archive.hasRoom).to.equal(false)
  })

  it('keeps nothing where it may not', () => {
    const archive = new Archive(0)
    expect(archive.put(packet(1))).to.equal(false)
    expect(archive.held()).to.deep.equal([])
  })

  it('keeps copies: what a packet came in may be much longer', () => {
    const archive = new Archive(10_000)
    const message = new Uint8Array(5_000).fill(7)
    archive.put({ ...packet(1), bytes: message.subarray(0, 100) })
    message.fill(0)
    expect(archive.get(1)!.bytes.buffer.byteLength).to.equal(100)
    expect(archive.get(1)!.bytes[0]).to.equal(7)
  })

  it('finds what plays at a time, with what comes before it at the same time', () => {
    const archive = new Archive(1_000_000)
    for (let sequence = 20; sequence < 100; sequence++) if (sequence !== 55) archive.put(packet(sequence))
    expect(archive.at(packet(20).mediaTime - 1)).to.equal(undefined)
    expect(archive.at(packet(33).mediaTime)).to.equal(33)
    expect(archive.at(packet(33).mediaTime + 4_799)).to.equal(33)
    // 39 is metadata, and 40 the audio that begins when it is due.
    expect(archive.at(packet(40).mediaTime + 10)).to.equal(39)
    expect(archive.at(packet(99).mediaTime + 4_800)).to.equal(undefined)
    expect(archive.at(packet(55).mediaTime)).to.equal(undefined)
  })

  it('tells of its sixteen longest runs', () => {
    const archive = new Archive(1_000_000)
    for (let run = 0; run < 20; run++)
      for (let i = 0; i < (run === 3 ? 1 : run + 2); i++) archive.put(packet(run * 30 + i))
    const held = archive.held()
    expect(held).to.have.length(16)
    expect(held.map(({ first }) => first / 30)).to.deep.equal([
      4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
    ])
    expect(held[0]).to.deep.equal({
      first: 120,
      end: 126,
      from: packet(120).mediaTime,
      to: packet(125).mediaTime
    })
  })
})
