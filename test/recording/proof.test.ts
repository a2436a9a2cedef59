import { expect } from 'chai'
import fc from 'fast-check'
import { compactProof, encodeProof } from '../../src/recording/compact.js'
import { FORMAT_BYTES, type ProofEntry, readProof } from '../../src/recording/proof.js'
import { hash } from '../../src/runtime/crypto.js'
import { check, makeShow, record } from './made.js'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const u48 = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 48 - 2 }))
const { certificate } = makeShow({ frames: 1 })
const place = { epoch: fc.constant(certificate.epoch), sequence: u48, mediaTime: u48 }
const signed = { signature: bytes(64) }

const audio = fc.record({
  format: fc.oneof(fc.constant(new Uint8Array(FORMAT_BYTES)), bytes(FORMAT_BYTES)),
  frames: fc.integer({ min: 1, max: 48 }),
  duration: fc.integer({ min: 1, max: 2304 }).map((units) => units * 120)
})
const audioPacket = fc.record(
  { kind: fc.constant(0), ...place, digest: bytes(16), audio, ...signed },
  { requiredKeys: ['kind', 'epoch', 'sequence', 'mediaTime', 'digest', 'audio'] }
)
const otherPacket = fc.record(
  { kind: fc.nat(255), ...place, payload: fc.uint8Array({ maxLength: 20 }), ...signed },
  { requiredKeys: ['kind', 'epoch', 'sequence', 'mediaTime', 'payload'] }
)
const packets = fc.array(
  fc.oneof(
    fc.oneof(audioPacket, otherPacket).map((packet): ProofEntry => ({ type: 'packet', packet })),
    fc
      .record({ kind: fc.nat(255), ...place, digest: bytes(16) })
      .map((packet): ProofEntry => ({ type: 'absent', packet }))
  ),
  { maxLength: 12 }
)
const entries = fc
  .tuple(packets, fc.boolean())
  .map(([list, closed]): ProofEntry[] => [
    { type: 'certificate', bytes: certificate.bytes },
    ...list,
    ...(closed ? [{ type: 'closed' } as const] : [])
  ])

describe('proof', () => {
  it('what is written is read again, whatever it is', () => {
    fc.assert(
      fc.property(entries, (given) => {
        expect(readProof(encodeProof(given))).to.deep.equal({ entries: given, problem: undefined })
      })
    )
  })

  it('torn anywhere, what is whole of it is read', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (given, place) => {
        const whole = encodeProof(given)
        const length = 18 + (place % (whole.length - 17))
        const read = readProof(whole.subarray(0, length))!
        expect(read.entries).to.deep.equal(given.slice(0, read.entries.length))
        expect(read.problem === undefined).to.equal(encodeProof(read.entries).length === length)
      })
    )
  })

  it('any bytes are read without harm', () => {
    const head = encodeProof([])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        expect(readProof(rest)).to.equal(undefined)
        const read = readProof(Uint8Array.of(...head, ...rest))!
        expect(read.entries.length).to.be.at.most(rest.length)
      })
    )
  })

  it('any bytes in the place of a proof verify nothing, and break nothing', async () => {
    const show = makeShow({ frames: 100, sealPackets: 8 })
    const { audio, proof } = record([show])
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 }), async (place, put) => {
        const changed = proof.slice()
        changed.set(put.subarray(0, proof.length - 18), 18 + (place % (proof.length - 18 - put.length)))
        const { verified } = await check({ audio, proof: changed })
        expect(verified).to.equal(Buffer.compare(changed, proof) === 0)
      })
    )
  })

  it('loses with its superfluous signatures nothing else', async () => {
    const show = makeShow({ frames: 1000 })
    const open = record([show], false)
    const short = compactProof(open.proof, hash)
    expect(compactProof(short, hash)).to.deep.equal(short)
    expect(short.length).to.be.below(open.proof.length / 2)
    const [before, after] = [await check(open), await check({ ...open, proof: short })]
    expect(after).to.deep.equal({ ...before, checks: after.checks })
  })

  it('keeps the signatures of packets whose seal vouches for something else', () => {
    const show = makeShow({ frames: 1000 })
    const holes = { ...show, packets: show.packets.toSpliced(70, 1) }
    const { proof } = record([holes])
    const unsealed = readProof(proof)!.entries.filter(
      (entry) => entry.type === 'packet' && entry.packet.signature !== undefined
    )
    expect(unsealed.length).to.be.within(63, 130)
  })
})
