import { expect } from 'chai'
import type { Output } from '../../../src/protocol/machine.js'
import { Publisher } from '../../../src/protocol/media/publisher.js'
import { PACKET_KIND, readUnsigned } from '../../../src/protocol/wire/packet.js'

const FORMAT = { channels: 2 as const, preSkip: 312, outputGain: 0 }
const FRAME = { data: Uint8Array.of(0xfc, 1, 2), samples: 960, endTrim: 0 }
const DIGEST = new Uint8Array(32).fill(9)

function publish(sealPackets?: number) {
  const outputs: Output[] = []
  const options = {
    epoch: 1,
    stripes: 4,
    packetMs: 20,
    ...(sealPackets === undefined ? {} : { sealPackets })
  }
  const publisher = new Publisher(options, (output) => outputs.push(output))
  const show = { messageToSign: (bytes: Uint8Array) => bytes }
  const give = (input: Parameters<Publisher['take']>[0]): void => publisher.take(input, show)
  give({ type: 'source-stream', format: FORMAT })
  const signed = () =>
    outputs.flatMap((output) => (output.type === 'sign' ? [readUnsigned(output.message)] : []))
  const seals = () => outputs.flatMap((output) => (output.type === 'seal' ? [output] : []))
  return { give, frame: () => give({ type: 'source-frame', frame: FRAME }), signed, seals }
}

describe('publisher', () => {
  it('asks for the digest of each so many packets, without a gap, seals among them', () => {
    const { give, frame, signed, seals } = publish(4)
    for (let i = 0; i < 20; i++) {
      const before = seals().length
      frame()
      for (const { first, packets } of seals().slice(before)) {
        give({ type: 'sealed', first, count: packets.length, digest: DIGEST })
      }
    }
    expect(seals().map(({ first, packets }) => [first, packets.length])).to.deep.equal(
      seals().map((_, i) => [4 * i, 4])
    )
    const kinds = signed().map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === PACKET_KIND.seal)).to.have.length(seals().length)
    expect(signed().map(({ sequence }) => sequence)).to.deep.equal(kinds.map((_, i) => i))
    for (const { first, packets } of seals()) {
      expect(packets.map((bytes) => readUnsigned(bytes).sequence)).to.deep.equal(
        [0, 1, 2, 3].map((i) => first + i)
      )
    }
  })

  it('takes no digest behind the end of the show', () => {
    const { give, frame, signed } = publish(4)
    for (let i = 0; i < 4; i++) frame()
    give({ type: 'source-end' })
    give({ type: 'sealed', first: 0, count: 4, digest: DIGEST })
    expect(signed().at(-1)).to.include({ kind: PACKET_KIND.end })
  })

  it('asks for none unless it is told to', () => {
    const { frame, seals } = publish()
    for (let i = 0; i < 500; i++) frame()
    expect(seals()).to.deep.equal([])
  })
})
