import { expect } from 'chai'
import { OpusWriter } from '../../src/audio/ogg/opus-writer.js'
import { type Frame } from '../../src/protocol/media/frame.js'
import { cutExcerpt } from '../../src/recording/excerpt.js'
import { joined } from '../../src/recording/recorder.js'
import { hash, keyPairFromSeed } from '../../src/runtime/crypto.js'
import { framesOf, pagesOf, read, streamsOf } from '../audio/made.js'
import { check, makeShow, noise, numbers, PUBLISHER, record, type Recording, type Show } from './made.js'

/** Small blocks, so that edits fall in and between all kinds of places. */
const BLOCK = 16
/** 20 ms. */
const FRAME = 0.02
/** A packet is 0.1 s, and what is changed in it is told from its begin. */
const PACKET = 0.1
/** A page is 0.5 s. */
const PAGE = 0.5
const FRAMES = 400
const EDITS = 1000

const show = makeShow({ frames: FRAMES, sealPackets: BLOCK })
const original = record([show])
const frames = framesOf(read([original.audio]).items)
const sameButLater = makeShow({ frames: FRAMES, sealPackets: BLOCK, seed: 2, epoch: 1_700_100_000 })
const stranger = keyPairFromSeed(new Uint8Array(32).fill(9))
const others = makeShow({ frames: FRAMES, sealPackets: BLOCK, seed: 3, publisher: stranger })
const framesOfLater = framesOf(read([record([sameButLater]).audio]).items)
const framesOfOthers = framesOf(read([record([others]).audio]).items)

/** The file that an editor writes who knows Ogg: only the frames are other ones. */
function edited(content: readonly Frame[]): Recording {
  const [stream] = streamsOf(read([original.audio]).items)
  const writer = new OpusWriter({ serial: 1, pageMs: 500 })
  const parts = [writer.start(stream!.format, stream!.tags)]
  for (const frame of content) parts.push(writer.write(frame) ?? new Uint8Array(0))
  return { audio: joined([...parts, writer.end()]), proof: original.proof }
}

interface Edit {
  readonly what: string
  readonly recording: Recording
  /** Where it must be found, in seconds, and how much earlier or later will do. */
  readonly at: number
  readonly within: number
}

type Below = (below: number) => number

/** One edit of each kind. */
const KINDS: Readonly<Record<string, (below: Below) => Edit>> = {
  flip: (below) => {
    const at = below(FRAMES)
    const data = frames[at]!.data.slice()
    data[1 + below(data.length - 1)]! ^= 1 << below(8)
    return inFrames(`a bit of frame ${at}`, at, frames.with(at, { ...frames[at]!, data }))
  },
  cut: (below) => {
    const [at, count] = stretch(below)
    return inFrames(`${count} frames cut at ${at}`, at, frames.toSpliced(at, count))
  },
  swap: (below) => {
    const count = 1 + below(20)
    const at = below(FRAMES - 2 * count)
    const to = at + count + below(FRAMES - at - 2 * count + 1)
    const other = frames.slice(to, to + count)
    const swapped = frames
      .toSpliced(to, count, ...frames.slice(at, at + count))
      .toSpliced(at, count, ...other)
    return inFrames(`${count} frames at ${at} for those at ${to}`, at, swapped)
  },
  move: (below) => {
    const [from, count] = stretch(below)
    const rest = frames.toSpliced(from, count)
    const to = below(rest.length + 1)
    if (to === from) return KINDS.cut!(below)
    const moved = rest.toSpliced(to, 0, ...frames.slice(from, from + count))
    return inFrames(`${count} frames from ${from} to ${to}`, Math.min(from, to), moved)
  },
  repeat: (below) => {
    const [at, count] = stretch(below)
    const again = frames.slice(at, at + count)
    return inFrames(`${count} frames again at ${at}`, at + count, frames.toSpliced(at + count, 0, ...again))
  },
  'splice from another show': (below) => spliced(below, framesOfLater),
  'splice from another publisher': (below) => spliced(below, framesOfOthers),
  insert: (below) => {
    const at = below(FRAMES + 1)
    const added = Array.from({ length: 1 + below(30) }, () => noise(below, 160))
    return inFrames(`${added.length} frames added at ${at}`, at, frames.toSpliced(at, 0, ...added))
  },
  'flip in the file': (below) => {
    const byte = below(original.audio.length)
    const audio = original.audio.slice()
    audio[byte]! ^= 1 << below(8)
    let page = 0
    for (let end = 0, pages = pagesOf(original.audio); (end += pages[page]!.length) <= byte;) page++
    const at = Math.max(0, (page - 2) * PAGE)
    return { what: `byte ${byte}`, recording: { ...original, audio }, at, within: PACKET }
  },
  'truncated file': (below) => {
    const length = below(original.audio.length)
    const audio = original.audio.slice(0, length)
    let whole = 0
    for (let end = 0, pages = pagesOf(original.audio); (end += pages[whole]!.length) <= length;) whole++
    const at = Math.max(0, (whole - 2) * PAGE)
    return { what: `${length} bytes`, recording: { ...original, audio }, at, within: PACKET }
  },
  'truncated proof': (below) => {
    const length = 18 + below(original.proof.length - 18)
    const proof = original.proof.slice(0, length)
    return { what: `${length} bytes`, recording: { ...original, proof }, at: placeInProof(length), within: 2 }
  },
  'flip in the proof': (below) => {
    const byte = 18 + below(original.proof.length - 18)
    const proof = original.proof.slice()
    proof[byte]! ^= 1 << below(8)
    return { what: `byte ${byte}`, recording: { ...original, proof }, at: placeInProof(byte), within: 2 }
  }
}

function inFrames(what: string, at: number, content: readonly Frame[]): Edit {
  return { what, recording: edited(content), at: at * FRAME, within: PACKET }
}

function stretch(below: Below): [at: number, count: number] {
  const count = 1 + below(60)
  return [below(FRAMES - count + 1), count]
}

function spliced(below: Below, from: readonly Frame[]): Edit {
  const [at, count] = stretch(below)
  const put = from.slice(at, at + 1 + below(60))
  return inFrames(`${put.length} frames for ${count} at ${at}`, at, frames.toSpliced(at, count, ...put))
}

/** Records are of about the same length; what lies under one seal is proved together. */
function placeInProof(byte: number): number {
  const head = 200
  return (Math.max(0, byte - head) / (original.proof.length - head)) * FRAMES * FRAME
}

describe('a recording', () => {
  it('is what its publisher signed', async () => {
    const found = await check(original, { publisher: PUBLISHER.publicKey })
    expect(found).to.deep.include({
      verified: true,
      name: 'made up',
      frames: FRAMES,
      seconds: FRAMES * FRAME,
      whole: true,
      closed: true,
      gaps: [],
      faults: [],
      metadata: { title: 'show 1' }
    })
  })

  it('is of another publisher', async () => {
    const found = await check(original, { publisher: stranger.publicKey })
    expect(found.verified).to.equal(false)
    expect(found.faults[0]).to.include({ kind: 'publisher', at: 0 })
  })

  const names = Object.keys(KINDS)
  for (const [i, name] of names.entries()) {
    const count = Math.ceil(EDITS / names.length)
    it(`${name}: found in its place, ${count} times`, async () => {
      const below = numbers(1000 + i)
      for (let n = 0; n < count; n++) {
        const { what, recording, at, within } = KINDS[name]!(below)
        // Of a file without its head nothing is left to read.
        const found = await check(recording).catch((error: unknown) => error as Error)
        if (found instanceof Error) {
          expect(found, what).to.include({ code: 'not-ogg' })
          expect(at, what).to.equal(0)
          continue
        }
        expect(found.verified, what).to.equal(false)
        if (name.endsWith('proof')) {
          const nearest = Math.min(...found.faults.map((fault) => Math.abs(fault.at - at)))
          expect(nearest, what).to.be.at.most(within)
        } else
          expect(found.faults[0]!.at, `${what}: ${found.faults[0]!.text}`).to.be.closeTo(at, within + 1e-6)
      }
    })
  }
})

describe('honest recordings', () => {
  const shows = [
    show,
    makeShow({ frames: FRAMES, sealPackets: BLOCK, seed: 5, chains: [33, 200], endTrim: 300 }),
    makeShow({ frames: FRAMES - 3, sealPackets: BLOCK, seed: 6, endTrim: 960 })
  ]

  it('with packets missing, joined late, left early, by a crash, of two shows: verified, 700 times', async () => {
    const below = numbers(7)
    for (let n = 0; n < 700; n++) {
      const whole = shows[below(shows.length)]!
      const kept = withLosses(whole, below)
      const more = below(5) === 0 ? [withLosses(sameButLater, below)] : []
      const closed = below(3) > 0
      let recording = record([kept, ...more], closed)
      if (!closed) recording = crashed(recording, below)
      const found = await check(recording)
      expect(found.faults, `${n}`).to.deep.equal([])
      expect(found.closed).to.equal(closed)
      expect(found.torn, `${n}`).to.be.at.most(1)
      const parts = [kept, ...more]
      const lost = parts.reduce((sum, each) => sum + lostInside(each), lostBehind(parts.at(-1)!))
      if (closed) expect(found.gaps.reduce((sum, { packets }) => sum + packets, 0)).to.equal(lost)
    }
  })

  it('excerpts: verified, 300 times', async () => {
    const below = numbers(8)
    for (let n = 0; n < 300; n++) {
      const recording = record([withLosses(shows[below(shows.length)]!, below)])
      const whole = await check(recording)
      const from = (below(1000) / 1000) * whole.seconds * 0.9
      const to = from + 0.01 + (below(1000) / 1000) * (whole.seconds - from)
      const inGap = whole.gaps.some((gap) => gap.at <= from && gap.at + gap.seconds >= to)
      if (inGap) continue
      const excerpt = await cutExcerpt(recording.audio, recording.proof, { from, to, serial: 1, hash })
      const found = await check(excerpt)
      expect(found.faults, `${n}: ${from}–${to}`).to.deep.equal([])
      expect(found.seconds).to.be.above(0)
    }
  })

  it('excerpts of no time at all are refused', async () => {
    const options = { from: 100, to: 200, serial: 1, hash }
    const error = await cutExcerpt(original.audio, original.proof, options).catch((wrong: unknown) => wrong)
    expect(error).to.include({ code: 'bad-option' })
    expect((error as Error).message).to.equal(
      'nothing lies between 100 s and 200 s; the recording is 8.0 s long'
    )
  })
})

/** As a listener has it: from some packet to another, with some missing between. */
function withLosses(whole: Show, below: Below): Show {
  const first = below(3) === 0 ? 0 : below(whole.packets.length / 2)
  const last = below(3) === 0 ? whole.packets.length : first + 10 + below(whole.packets.length / 2)
  let packets = whole.packets.slice(first, last)
  for (let holes = below(4); holes > 0; holes--) {
    packets = packets.toSpliced(1 + below(packets.length - 2), Math.min(1 + below(6), packets.length - 8))
  }
  return { certificate: whole.certificate, packets }
}

/** Packets that are missing before some audio. */
function lostInside({ packets }: Show): number {
  const last = packets.findLastIndex(({ kind }) => kind === 0)
  return last < 0 ? 0 : packets[last]!.sequence - packets[0]!.sequence - last
}

/** The same behind the last audio: what later packets tell of. */
function lostBehind({ packets }: Show): number {
  const last = packets.findLastIndex(({ kind }) => kind === 0)
  const [audio, end] = [packets[last]!, packets.at(-1)!]
  const lost = end.sequence - audio.sequence - (packets.length - 1 - last)
  return end.mediaTime > audio.mediaTime + PACKET * 48_000 ? lost : 0
}

/** Both files end anywhere within what a page and a packet are. */
function crashed({ audio, proof }: Recording, below: Below): Recording {
  const pages = pagesOf(audio)
  const torn = below(2) === 0 ? below(pages.at(-1)!.length) : 0
  return { audio: audio.slice(0, audio.length - torn), proof: proof.slice(0, proof.length - below(80)) }
}
