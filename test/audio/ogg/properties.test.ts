import { expect } from 'chai'
import fc from 'fast-check'
import process from 'node:process'
import { checksum } from '../../../src/audio/ogg/page.js'
import { type Frame, opusDuration } from '../../../src/protocol/media/frame.js'
import { concat, cut, frame, frames, framesOf, pagesOf, read, stream, streamsOf } from '../made.js'

/** Any bytes that the first of them make a frame. */
const anyFrame: fc.Arbitrary<Frame> = fc
  .uint8Array({ minLength: 1, maxLength: 1300 })
  .filter((data) => opusDuration(data) !== undefined)
  .map((data) => ({ data, samples: opusDuration(data)!, endTrim: 0 }))

const anyTag = fc.record({
  name: fc.stringMatching(/^[A-Z0-9 _-]{1,20}$/),
  value: fc.string({ unit: 'grapheme', maxLength: 40 })
})

const anyFormat = fc.record({
  channels: fc.constantFrom(1 as const, 2 as const),
  preSkip: fc.integer({ min: 0, max: 65_535 }),
  outputGain: fc.integer({ min: -32_768, max: 32_767 })
})

describe('Ogg Opus', () => {
  it('is read as it was written, whatever the frames and however the bytes are cut', () => {
    const content = fc.array(anyFrame, { minLength: 1, maxLength: 30 })
    const cuts = fc.array(fc.nat(60_000), { maxLength: 20 })
    fc.assert(
      fc.property(
        content,
        anyFormat,
        fc.array(anyTag, { maxLength: 5 }),
        fc.nat(1000),
        cuts,
        fc.nat(),
        (...given) => {
          const [written, format, tags, pageMs, places, trim] = given
          const last = written.at(-1)!
          const all = [...written.slice(0, -1), { ...last, endTrim: trim % (last.samples + 1) }]
          const { items, error } = read(cut(stream(all, { format, tags, pageMs }), places))
          expect(error).to.equal(undefined)
          expect(streamsOf(items)).to.deep.equal([{ type: 'stream', format, tags }])
          expect(framesOf(items)).to.deep.equal(all)
        }
      ),
      { numRuns: 300 }
    )
  })

  it('gives the same items and the same error one byte at a time', () => {
    const good = concat([stream(frames(25)), stream([frame(1, 70), frame(2, 600, 40)], { serial: 2 })])
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(good.length - 1), fc.boolean(), (end, damaged, lossy) => {
        const bytes = good.map((byte, at) => (at === damaged ? byte ^ 0x10 : byte)).subarray(0, end)
        const whole = read([bytes], { lossy })
        const single = read(
          [...bytes].map((byte) => Uint8Array.of(byte)),
          { lossy }
        )
        expect(single.items).to.deep.equal(whole.items)
        expect(single.error?.message).to.equal(whole.error?.message)
      }),
      { numRuns: 100 }
    )
  })

  it('never makes the reader fail but by a TreecastError, or give what is no frame: 300,000 mutations', function () {
    this.timeout(120_000)
    const seed = Number(process.env.FUZZ_SEED ?? 20_240_812)
    const random = generator(seed)
    const seeds = [
      stream([frame(0, 12), frame(1, 300), frame(2, 5, 100)], {
        pageMs: 20,
        tags: [{ name: 'TITLE', value: 'x' }]
      }),
      concat([
        stream([frame(0, 9)]),
        stream([frame(1, 9)], { serial: 2, format: { channels: 1, preSkip: 0, outputGain: 0 } })
      ])
    ].map(pagesOf)
    for (let run = 0; run < 300_000; run++) {
      const bytes = mutate(seeds[run % seeds.length]!, random)
      const chunks =
        random(2) === 0 ? [bytes] : cut(bytes, [random(bytes.length + 1), random(bytes.length + 1)])
      let outcome
      try {
        outcome = read(chunks, { lossy: random(2) === 0 })
      } catch (error) {
        throw new Error(`run ${run} of seed ${seed}: ${Buffer.from(bytes).toString('hex')}`, { cause: error })
      }
      const given = framesOf(outcome.items)
      const sound = given.every(
        (each) => opusDuration(each.data) === each.samples && each.endTrim <= each.samples
      )
      if (!sound || given.length > bytes.length) throw new Error(`run ${run} of seed ${seed} gave no frames`)
      if (given.length > 0 && outcome.items[0]!.type !== 'stream')
        throw new Error(`run ${run} of seed ${seed}: no stream`)
    }
  })
})

/** Changes, drops, doubles, moves and cuts pages; half the time the checksums are made right again, so that the damage
 * gets past the framing. */
function mutate(pages: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  const changed: Uint8Array[] = pages.map((page) => page.slice())
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const index = random(changed.length)
    const page = changed[index]
    if (page === undefined || page.length === 0) continue
    const kind = random(12)
    if (kind === 0) changed.splice(index, 1)
    else if (kind === 1) changed.splice(index, 0, page.slice())
    else if (kind === 2) changed.push(...changed.splice(index, 1))
    else if (kind === 3) changed[index] = page.slice(0, random(page.length))
    else if (kind === 4) changed[index] = concat([page, page.subarray(random(page.length))])
    // Header fields and the segment table are worth more tries than the rest.
    else page[kind < 9 ? random(Math.min(page.length, 60)) : random(page.length)] = random(256)
  }
  if (random(2) === 0) {
    for (const page of changed) {
      if (page.length >= 27) new DataView(page.buffer, page.byteOffset).setUint32(22, checksum(page), true)
    }
  }
  const bytes = concat(changed)
  return random(8) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes
}

/** Mulberry32: small, and the same everywhere, so that a seed repeats a run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
