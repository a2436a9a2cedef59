import { expect } from 'chai'
import fc from 'fast-check'
import { pipe } from 'it-pipe'
import { Uint8ArrayList } from 'uint8arraylist'

import { frame, FrameDecoder, FrameError, MAX_FRAMED_BYTES, unframe } from '../../src/transport/framing.js'

const MAX = 16 * 1024

function decode(chunks: Iterable<Uint8Array>, max = MAX): Uint8Array[] {
  const decoder = new FrameDecoder(max)
  const messages: Uint8Array[] = []
  for (const chunk of chunks) messages.push(...decoder.push(chunk))
  decoder.end()
  return messages
}

/** The bytes cut at these places, which may be anywhere and in any number. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places.map((place) => place % (bytes.byteLength + 1)), 0, bytes.byteLength].sort(
    (a, b) => a - b
  )
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

describe('transport: framing', () => {
  const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 20 })

  it('gives back what was framed, whatever the chunks', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 60 }), (sent, places) => {
        const bytes = new Uint8ArrayList(...sent.map((message) => frame(message))).slice()
        const received = decode(cut(bytes, places))
        expect(received.map((message) => [...message])).to.deep.equal(sent.map((message) => [...message]))
      }),
      { numRuns: 500 }
    )
  })

  it('makes the same bytes of a message in one part and in two', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.nat(), (message, place) => {
        const at = place % (message.byteLength + 1)
        const parts = frame(message.subarray(0, at), message.subarray(at))
        expect([...parts.slice()]).to.deep.equal([...frame(message).slice()])
      })
    )
  })

  it('does not copy the body it frames, nor a message that lies whole in a chunk', () => {
    const body = Uint8Array.of(7, 8, 9)
    expect([...frame(Uint8Array.of(1), body)][1]).to.equal(body)
    const chunk = frame(Uint8Array.of(1, 2), body).slice()
    const [message] = decode([chunk])
    expect(message!.buffer).to.equal(chunk.buffer)
  })

  it('refuses lengths of zero and above the bound, after the messages before', () => {
    for (const bad of [Uint8Array.of(0, 0), Uint8Array.of(0x40, 1), Uint8Array.of(0xff, 0xff)]) {
      const decoder = new FrameDecoder(MAX)
      const seen: Uint8Array[] = []
      const push = (): void => {
        for (const message of decoder.push(Uint8Array.of(0, 1, 5, ...bad))) seen.push(message)
      }
      expect(push).to.throw(FrameError)
      expect(seen.map((message) => [...message])).to.deep.equal([[5]])
    }
  })

  it('refuses an end within a message or a length, and no other', () => {
    const bytes = new Uint8ArrayList(frame(Uint8Array.of(1, 2, 3)), frame(Uint8Array.of(4))).slice()
    const whole = new Set([0, 5, 8])
    for (let end = 0; end <= bytes.byteLength; end++) {
      const run = (): unknown => decode([bytes.subarray(0, end)])
      if (whole.has(end)) expect(run).to.not.throw()
      else expect(run).to.throw(FrameError)
    }
  })

  it('frames 1 to 65,535 bytes and nothing else', () => {
    expect(() => frame(new Uint8Array(0))).to.throw(RangeError)
    expect(() => frame(new Uint8Array(1), new Uint8Array(MAX_FRAMED_BYTES))).to.throw(RangeError)
    expect(decode([frame(new Uint8Array(MAX_FRAMED_BYTES)).slice()], MAX_FRAMED_BYTES)[0]).to.have.length(
      MAX_FRAMED_BYTES
    )
  })

  it('is a step of a pipeline, over arrays and lists of arrays', async () => {
    const source = async function* (): AsyncGenerator<Uint8Array | Uint8ArrayList> {
      yield await Promise.resolve(Uint8Array.of(0))
      yield new Uint8ArrayList(Uint8Array.of(2, 7), Uint8Array.of(8, 0, 1), Uint8Array.of(9))
    }
    const received = await pipe(source(), unframe(MAX), async (stream) => {
      const all: number[][] = []
      for await (const message of stream) all.push([...message])
      return all
    })
    expect(received).to.deep.equal([[7, 8], [9]])
  })

  it('gives messages within the bound or a FrameError for 200,000 random inputs, and nothing else', () => {
    // A small generator of our own: fast-check's arrays would take a minute for as many. Seeded, so it repeats.
    let state = 0x2545f491
    const random = (below: number): number => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 0) % below
    }
    const max = 40
    const pool = new Uint8Array(4096)
    let malformed = 0
    for (let run = 0; run < 200_000; run++) {
      const decoder = new FrameDecoder(max)
      let given = 0
      let fed = 0
      try {
        for (let chunk = random(4) + 1; chunk > 0; chunk--) {
          const bytes = pool.subarray(0, random(24))
          // Mostly small numbers, so that many lengths are good.
          for (let index = 0; index < bytes.byteLength; index++)
            bytes[index] = random(3) === 0 ? random(256) : random(6)
          fed += bytes.byteLength
          for (const message of decoder.push(bytes)) {
            if (message.byteLength < 1 || message.byteLength > max) throw new Error('a message out of bounds')
            given += message.byteLength + 2
          }
        }
        decoder.end()
        if (given !== fed) throw new Error('bytes went missing')
      } catch (error) {
        if (!(error instanceof FrameError)) throw error
        malformed++
        if (given > fed) throw new Error('more came out than went in', { cause: error })
      }
    }
    expect(malformed).to.be.within(1_000, 199_000)
  })
})
