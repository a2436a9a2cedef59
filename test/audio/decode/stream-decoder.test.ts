import { expect } from 'chai'
import type { Codec, CodecKind, Pcm } from '../../../src/audio/decode/codec.js'
import { StreamDecoder } from '../../../src/audio/decode/stream-decoder.js'
import { wasmCodec } from '../../../src/audio/decode/wasm.js'
import type { HeardFrame } from '../../../src/audio/heard-frame.js'
import { show } from '../show.js'
import { snr } from '../signal.js'

interface Block {
  readonly at: number
  readonly pcm: Pcm
}

async function decode(frames: readonly HeardFrame[], kind: CodecKind = wasmCodec()) {
  const blocks: Block[] = []
  const decoder = new StreamDecoder(kind, (at, pcm) => blocks.push({ at, pcm }))
  for (const frame of frames) decoder.push(frame)
  await decoder.flush()
  decoder.close()
  return { blocks, decoder }
}

/** The left side on media time. */
function timeline(blocks: readonly Block[], length: number): Float32Array {
  const all = new Float32Array(length)
  for (const { at, pcm } of blocks) all.set(pcm[0]!.subarray(0, Math.max(0, length - at)), at)
  return all
}

/** Frames less those that `lost` names, told of as a listener tells of them. */
function lose(frames: readonly HeardFrame[], lost: (index: number) => boolean): HeardFrame[] {
  const kept: HeardFrame[] = []
  let lostBefore = 0
  for (const [index, frame] of frames.entries()) {
    if (lost(index)) lostBefore += frame.samples
    else {
      kept.push({ ...frame, lostBefore })
      lostBefore = 0
    }
  }
  return kept
}

/** A codec whose answers are asked for by hand: each sample of a packet is its first byte. */
function slowCodec() {
  const waiting: (() => void)[] = []
  const log: string[] = []
  let made = 0
  const kind: CodecKind = {
    name: 'wasm',
    make: (channels): Codec => {
      const name = `${++made}`
      return {
        decode: (data, done) =>
          waiting.push(() =>
            done(
              data[0] === 0
                ? undefined
                : Array.from({ length: channels }, () => new Float32Array(960).fill(data[0]!))
            )
          ),
        flush: () => new Promise((resolve) => waiting.push(resolve)),
        close: () => log.push(`close ${name}`)
      }
    }
  }
  return { kind, waiting, log }
}

function made(index: number, more: Partial<HeardFrame> = {}): HeardFrame {
  return {
    data: Uint8Array.of(index),
    samples: 960,
    endTrim: 0,
    mediaTime: (index - 1) * 960,
    format: { channels: 1, preSkip: 0, outputGain: 0 },
    begins: index === 1 ? 'start' : 'no',
    lostBefore: 0,
    ...more
  }
}

describe('StreamDecoder', () => {
  const frames = show(3)

  it('gives every frame at its media time, but for the pre-skip', async () => {
    const { blocks } = await decode(frames)
    let at = frames[0]!.format.preSkip
    for (const block of blocks) {
      expect(block.at).to.equal(at)
      at += block.pcm[0]!.length
    }
    expect(at).to.equal(144_000)
  })

  it('throws away 80 ms where it joins in the middle, and is true from there on', async () => {
    const whole = timeline((await decode(frames)).blocks, 144_000)
    const joined = frames
      .slice(50)
      .map((frame, index) => ({ ...frame, begins: index === 0 ? ('middle' as const) : frame.begins }))
    const { blocks } = await decode(joined)
    const from = 50 * 960 + 3840
    expect(blocks[0]!.at).to.equal(from)
    const part = timeline(blocks, 144_000)
    expect(snr(whole.subarray(from, from + 4_800), part.subarray(from))).to.be.above(20)
    expect(snr(whole.subarray(96_000), part.subarray(96_000))).to.be.above(90)
  })

  it('cuts the end that is not to be heard', async () => {
    const cut = frames.map((frame, index) =>
      index === frames.length - 1 ? { ...frame, endTrim: 400 } : frame
    )
    const { blocks } = await decode(cut)
    expect(blocks.at(-1)!.pcm[0]).to.have.length(560)
  })

  it('applies the gain', async () => {
    const format = { ...frames[0]!.format, outputGain: -6 * 256 }
    const { blocks } = await decode(frames.map((frame) => ({ ...frame, format })))
    const whole = timeline((await decode(frames)).blocks, 144_000).map((sample) => sample * 10 ** (-6 / 20))
    expect(snr(whole, timeline(blocks, 144_000))).to.be.above(100)
  })

  it('conceals a lost frame with something like it, and time goes on', async () => {
    const whole = timeline((await decode(frames)).blocks, 144_000)
    // A frame that is no silence.
    const loudest = frames.findIndex(({ data }, index) => index > 50 && data.length > 110)
    const { blocks, decoder } = await decode(lose(frames, (index) => index === loudest))
    const heard = timeline(blocks, 144_000)
    const from = loudest * 960
    expect(decoder.concealedSamples).to.equal(960)
    expect(Math.max(...heard.subarray(from, from + 960))).to.be.above(0.001)
    expect(blocks.map(({ at }) => at)).to.deep.equal(
      [...new Set(blocks.map(({ at }) => at))].sort((a, b) => a - b)
    )
    expect(snr(whole.subarray(from + 24_000), heard.subarray(from + 24_000))).to.be.above(30)
  })

  it('conceals 120 ms of a longer loss and leaves the rest silent', async () => {
    const { blocks, decoder } = await decode(lose(frames, (index) => index >= 60 && index < 85))
    const at = blocks.map((block) => block.at)
    expect(at.filter((each) => each >= 60 * 960 && each < 85 * 960)).to.have.length(6)
    expect(at).to.include(85 * 960)
    expect(decoder.concealedSamples).to.equal(25 * 960)
  })

  it('passes over an invalid frame, counts it as lost, and goes on', () => {
    const { kind, waiting } = slowCodec()
    const given: number[] = []
    const decoder = new StreamDecoder(kind, (at) => given.push(at))
    for (const frame of [made(1), made(2, { data: Uint8Array.of(0) }), made(3)]) decoder.push(frame)
    for (const answer of waiting) answer()
    expect(given).to.deep.equal([0, 1920])
    expect(decoder.concealedSamples).to.equal(960)
  })

  it('gives two channels where the stream has two', async () => {
    const format = { ...frames[0]!.format, channels: 2 as const }
    const { blocks } = await decode(frames.map((frame) => ({ ...frame, format })))
    expect(blocks[10]!.pcm).to.have.length(2)
  })

  it('keeps the order where one stream follows another, and closes the decoder of the first when it is through', async () => {
    const { kind, waiting, log } = slowCodec()
    const given: number[] = []
    const decoder = new StreamDecoder(kind, (_, pcm) => given.push(pcm[0]![0]!))
    decoder.push(made(1))
    decoder.push(made(2))
    decoder.push(made(3, { begins: 'start' }))
    decoder.push(made(4))
    const [first, second, flush, third, fourth] = waiting
    third!()
    first!()
    expect(given).to.deep.equal([1])
    fourth!()
    second!()
    expect(given).to.deep.equal([1, 2, 3, 4])
    expect(log).to.deep.equal([])
    flush!()
    await Promise.resolve()
    expect(log).to.deep.equal(['close 1'])
  })

  it('gives nothing after it is closed', () => {
    const { kind, waiting, log } = slowCodec()
    const given: number[] = []
    const decoder = new StreamDecoder(kind, (at) => given.push(at))
    decoder.push(made(1))
    decoder.close()
    waiting[0]!()
    decoder.push(made(2))
    expect(given).to.deep.equal([])
    expect(log).to.deep.equal(['close 1'])
  })
})
