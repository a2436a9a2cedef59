import { expect } from 'chai'
import fc from 'fast-check'
import {
  MAX_DATAGRAM_BYTES,
  MAX_FRAMES_PER_PACKET,
  METADATA_REPEAT_MS
} from '../../../src/protocol/limits.js'
import type { Frame } from '../../../src/protocol/media/frame.js'
import { Packetizer, type UnsignedPacket } from '../../../src/protocol/media/packetizer.js'
import { joinSignature, readPacket, readPayload } from '../../../src/protocol/wire/packet.js'
import { frameOf } from '../world.js'

const format = { channels: 2 as const, preSkip: 312, outputGain: 0 }
const frame = (number: number, length = 40, endTrim = 0): Frame => ({
  data: frameOf(number, length),
  samples: 960,
  endTrim
})

function read(packets: readonly UnsignedPacket[]) {
  return packets.map(({ sequence, bytes }) => {
    const packet = readPacket(joinSignature(bytes, new Uint8Array(64)))
    return { sequence, length: bytes.length + 64, packet, payload: readPayload(packet) }
  })
}

const happening = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      length: fc.oneof(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 5, max: 2_000 })),
      trimmed: fc.nat(20).map((n) => n === 0)
    })
  },
  { weight: 1, arbitrary: fc.constant('stream' as const) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((title) => ({ title })) }
)

describe('Packetizer', () => {
  it('loses no frame, keeps their order and time, numbers without a hole, and stays within a datagram', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 120 }),
        fc.constantFrom(20, 40, 100, 1_000),
        (happenings, packetMs) => {
          const packetizer = new Packetizer({ epoch: 1, stripes: 4, packetMs })
          const packets = packetizer.stream(format)
          const given: Frame[] = []
          const starts = new Set([0])
          for (const each of happenings) {
            if (each === 'stream') {
              packets.push(...packetizer.stream(format))
              starts.add(given.length)
            } else if ('title' in each)
              packets.push(...packetizer.setMetadata(new Map([['title', each.title]])))
            else {
              given.push(frame(given.length, each.length, each.trimmed ? 100 : 0))
              packets.push(...packetizer.frame(given.at(-1)!))
            }
          }
          packets.push(...packetizer.end())
          const all = read(packets)
          expect(all.map(({ packet }) => packet.sequence)).to.deep.equal(all.map((_, i) => i))
          expect(packetizer.packets).to.equal(all.length)
          expect(packetizer.frameCount).to.equal(given.length)
          const taken: Frame[] = []
          for (const { packet, payload, length } of all) {
            expect(packet.mediaTime).to.equal(taken.length * 960)
            if (payload.kind !== 'audio') continue
            if (payload.frames.length > 1) expect(length + 4).to.be.at.most(MAX_DATAGRAM_BYTES)
            expect(payload.frames.length).to.be.at.most(Math.min(packetMs / 20, MAX_FRAMES_PER_PACKET))
            expect(payload.streamStart).to.equal(starts.has(taken.length))
            taken.push(...payload.frames)
          }
          expect(taken).to.deep.equal(given)
          expect(all.slice(-4).map(({ payload }) => payload)).to.deep.equal(
            Array(4).fill({ kind: 'end', firstEnd: all.length - 4 })
          )
        }
      ),
      { numRuns: 150 }
    )
  })

  it('repeats metadata for newcomers', () => {
    const packetizer = new Packetizer({ epoch: 1, stripes: 4, packetMs: 100 })
    const packets = [...packetizer.stream(format), ...packetizer.setMetadata(new Map([['title', 'a']]))]
    for (let i = 0; i < 50 * 20; i++) packets.push(...packetizer.frame(frame(i)))
    const times = read(packets)
      .filter(({ payload }) => payload.kind === 'metadata')
      .map(({ packet }) => packet.mediaTime / 48)
    expect(times).to.deep.equal([0, 1, 2, 3, 4].map((n) => n * METADATA_REPEAT_MS))
  })

  it('leaves no hole in the sequence when it is given what it cannot carry', () => {
    const packetizer = new Packetizer({ epoch: 1, stripes: 4, packetMs: 100 })
    expect(() => packetizer.frame(frame(0))).to.throw(RangeError)
    const packets = [...packetizer.stream(format), ...packetizer.frame(frame(0))]
    expect(() => packetizer.setMetadata(new Map([['title', 'x'.repeat(513)]]))).to.throw(RangeError)
    expect(() =>
      packetizer.setMetadata(new Map(Array.from({ length: 17 }, (_, i) => [`key${i}`, ''])))
    ).to.throw(RangeError)
    expect(() => packetizer.frame(frame(1, 9_000))).to.throw(RangeError)
    packets.push(...packetizer.frame(frame(1)), ...packetizer.end())
    const all = read(packets)
    expect(all.map(({ packet }) => packet.sequence)).to.deep.equal([0, 1, 2, 3, 4])
    expect(all[0]!.payload).to.have.property('frames').with.length(2)
  })
})
