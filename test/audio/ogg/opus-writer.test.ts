import { expect } from 'chai'
import { concealment, initialToc } from '../../../src/audio/ogg/concealment.js'
import { OpusWriter } from '../../../src/audio/ogg/opus-writer.js'
import { type Page, PageReader } from '../../../src/audio/ogg/page.js'
import { opusDuration } from '../../../src/protocol/media/frame.js'
import { concat, frame, frames, framesOf, read, STEREO, stream, streamsOf } from '../made.js'

function pages(bytes: Uint8Array): Page[] {
  const reader = new PageReader('x', false)
  reader.push(bytes)
  const found: Page[] = []
  for (let page = reader.next(); page !== undefined; page = reader.next()) found.push(page)
  return found
}

describe('the Ogg Opus writer', () => {
  it('flushes a page for every 200 ms, as soon as the next frame has come', () => {
    const writer = new OpusWriter({ serial: 1 })
    writer.start(STEREO)
    const flushed = frames(21).flatMap((each, index) => (writer.write(each) === undefined ? [] : [index]))
    expect(flushed).to.deep.equal([10, 20])
  })

  it('flushes as often as it is told', () => {
    expect(pages(stream(frames(10), { pageMs: 40 }))).to.have.length(2 + 5)
    expect(pages(stream(frames(10), { pageMs: 1 }))).to.have.length(2 + 10)
  })

  it('counts granule positions from the pre-skip on, and marks the ends', () => {
    const all = pages(stream([...frames(24), frame(24, 40, 648)]))
    expect(all.map((page) => page.granule)).to.deep.equal([0, 0, 9600, 19_200, 24_000 - 648])
    expect(all.map((page) => page.sequence)).to.deep.equal([0, 1, 2, 3, 4])
    expect(all.map((page) => page.first)).to.deep.equal([true, false, false, false, false])
    expect(all.map((page) => page.last)).to.deep.equal([false, false, false, false, true])
  })

  it('plays what a frame before the last wanted trimmed', () => {
    const given = framesOf(read([stream([frame(0, 40, 300), frame(1)])]).items)
    expect(given.map((each) => each.endTrim)).to.deep.equal([0, 0])
  })

  it('fills pages of 255 segments and spans packets that are longer', () => {
    const content = [frame(0, 100), frame(1, 61_000), frame(2, 61_440), frame(3, 255), frame(4, 10_000)]
    const tags = [
      { name: 'ARTIST', value: 'a' },
      { name: 'LYRICS', value: 'la '.repeat(50_000) }
    ]
    const bytes = stream(content, { pageMs: 1000, tags })
    expect(
      pages(bytes)
        .slice(1, 4)
        .map(({ continued, granule }) => ({ continued, granule }))
    ).to.deep.equal([
      { continued: false, granule: undefined },
      { continued: true, granule: undefined },
      { continued: true, granule: 0 }
    ])
    const { items, error } = read([bytes])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(content)
    expect(streamsOf(items)[0]!.tags).to.deep.equal(tags.slice(0, 1))
  })

  it('chains streams under serial numbers of their own', () => {
    const writer = new OpusWriter({ serial: 2 ** 32 - 1 })
    const bytes = concat([
      writer.start(STEREO),
      writer.write(frame(0, 40, 100)) ?? new Uint8Array(0),
      writer.start({ ...STEREO, channels: 1 }),
      writer.write(frame(1)) ?? new Uint8Array(0),
      writer.end()
    ])
    expect([...new Set(pages(bytes).map((page) => page.serial))]).to.deep.equal([2 ** 32 - 1, 0])
    const { items, error } = read([bytes])
    expect(error).to.equal(undefined)
    expect(streamsOf(items).map((item) => item.format.channels)).to.deep.equal([2, 1])
    expect(framesOf(items)).to.deep.equal([frame(0, 40, 100), frame(1)])
  })

  it('ends a stream without frames in one that plays nothing', () => {
    for (const preSkip of [0, 120, 312, 3840, 65_535]) {
      const { items, error } = read([stream([], { format: { ...STEREO, preSkip } })])
      expect(error).to.equal(undefined)
      expect(framesOf(items).reduce((sum, each) => sum + each.samples - each.endTrim, 0)).to.equal(preSkip)
    }
  })

  it('leaves out tags whose names no reader could take', () => {
    const tags = ['', 'A=B', 'Ä', 'ok'].map((name) => ({ name, value: 'x' }))
    expect(streamsOf(read([stream(frames(1), { tags })]).items)[0]!.tags).to.deep.equal([
      { name: 'OK', value: 'x' }
    ])
  })

  it('gives nothing to end before a stream was begun, and takes no frame then', () => {
    const writer = new OpusWriter({ serial: 1 })
    expect(writer.end()).to.have.length(0)
    expect(() => writer.write(frame(0))).to.throw('start() comes before')
  })

  it('fills a gap with frames of the same length and sound', () => {
    const writer = new OpusWriter({ serial: 1 })
    const bytes = concat([
      writer.start(STEREO),
      writer.write(frame(0)) ?? new Uint8Array(0),
      writer.gap(960 * 20 + 120) ?? new Uint8Array(0),
      writer.write(frame(1)) ?? new Uint8Array(0),
      writer.end()
    ])
    const given = framesOf(read([bytes]).items)
    expect(given.slice(1, -1).every((each) => each.data.length === 1)).to.equal(true)
    expect(given.reduce((sum, each) => sum + each.samples, 0)).to.equal(960 * 22 + 120)
  })

  it('takes no gap that no loss of frames can make', () => {
    const writer = new OpusWriter({ serial: 1 })
    writer.start(STEREO)
    for (const samples of [-120, 1, 119.5, Number.NaN]) expect(() => writer.gap(samples)).to.throw(RangeError)
  })
})

describe('concealment', () => {
  it('covers any multiple of 2.5 ms exactly, after any frame, in its channels', () => {
    for (let lastToc = 0; lastToc < 256; lastToc++) {
      for (let samples = 0; samples <= 7200; samples += 120) {
        const lost = [...concealment(samples, lastToc)]
        expect(lost.reduce((sum, each) => sum + each.samples, 0)).to.equal(samples)
        for (const each of lost) {
          expect(opusDuration(each.data)).to.equal(each.samples)
          expect(each.data[0]! & 7).to.equal(lastToc & 4)
        }
      }
    }
  })

  it('keeps the mode as long as its frames fit', () => {
    const configs = (samples: number, config: number) =>
      [...concealment(samples, config << 3)].map((each) => each.data[0]! >> 3)
    expect(configs(2880 + 960 + 480 + 240, 11)).to.deep.equal([11, 9, 8, 21])
    expect(configs(960 + 480 + 120, 15)).to.deep.equal([15, 14, 28])
    expect(configs(480 + 120, 2)).to.deep.equal([0, 16])
  })

  it('begins in full band', () => {
    expect([initialToc(1), initialToc(2)]).to.deep.equal([0xf8, 0xfc])
  })
})
