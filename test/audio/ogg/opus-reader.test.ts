import { expect } from 'chai'
import { encodeOpusTags } from '../../../src/audio/ogg/opus-tags.js'
import { encodePage, MAX_PAGE_BYTES } from '../../../src/audio/ogg/page.js'
import { concat, frame, frames, framesOf, page, pagesOf, read, STEREO, stream, streamsOf } from '../made.js'

const utf8 = new TextEncoder()

/** OpusTags as taggers write them: with a picture, megabytes of text, before the title. */
function pagesOfPacket(packet: Uint8Array): Uint8Array[] {
  const pages: Uint8Array[] = []
  const step = 255 * 255
  for (let at = 0; at <= packet.length; at += step) {
    const part = packet.subarray(at, at + step)
    const whole = part.length === step
    const lacing = Array.from({ length: Math.floor(part.length / 255) }, () => 255)
    const head = { continued: at > 0, first: false, last: false, granule: whole ? undefined : 0, serial: 1 }
    pages.push(
      encodePage({ ...head, sequence: 1 + at / step }, whole ? lacing : [...lacing, part.length % 255], [
        part
      ])
    )
  }
  return pages
}

describe('the Ogg Opus reader', () => {
  it('gives the format and the tags before the frames', () => {
    const format = { channels: 1, preSkip: 3840, outputGain: -256 } as const
    const { items, error } = read([
      stream(frames(3), { format, tags: [{ name: 'title', value: 'Grüße = 1' }] })
    ])
    expect(error).to.equal(undefined)
    expect(items[0]).to.deep.equal({ type: 'stream', format, tags: [{ name: 'TITLE', value: 'Grüße = 1' }] })
    expect(framesOf(items)).to.deep.equal(frames(3))
  })

  it('joins a frame that goes on over several pages', () => {
    const long = frame(1, 60_000)
    const content = [frame(0), long, frame(2)]
    const packet = long.data
    const head = { continued: false, first: false, last: false, granule: undefined, serial: 1 }
    const full = (count: number) => Array.from({ length: count }, () => 255)
    const bytes = concat([
      ...pagesOf(stream([])).slice(0, 2),
      encodePage(
        { ...head, granule: 960, sequence: 2 },
        [40, ...full(100)],
        [content[0]!.data, packet.subarray(0, 25_500)]
      ),
      encodePage({ ...head, continued: true, sequence: 3 }, full(100), [packet.subarray(25_500, 51_000)]),
      encodePage(
        { ...head, continued: true, granule: 2880, sequence: 4 },
        [...full(35), 75, 40],
        [packet.subarray(51_000), content[2]!.data]
      )
    ])
    expect(framesOf(read([bytes]).items)).to.deep.equal(content)
  })

  it('begins a new stream at each link of a chain', () => {
    const second = { ...STEREO, channels: 1 as const }
    const bytes = concat([stream(frames(2)), stream(frames(30), { format: second, serial: 2 })])
    const { items, error } = read([bytes])
    expect(error).to.equal(undefined)
    expect(items.map((item) => item.type).slice(0, 5)).to.deep.equal([
      'stream',
      'frame',
      'frame',
      'stream',
      'frame'
    ])
    expect(streamsOf(items).map((item) => item.format.channels)).to.deep.equal([2, 1])
    expect(framesOf(items)).to.have.length(32)
  })

  it('takes a link that was cut off, and another under the same serial number, for a chain', () => {
    const [head, tags, audio] = pagesOf(stream(frames(10)))
    const link = concat([head!, tags!, audio!.slice()])
    const { items, error } = read([concat([link.subarray(0, link.length), link])])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.have.length(20)
  })

  it('passes over other streams of the same group', () => {
    const opus = pagesOf(stream(frames(20)))
    const other = (packet: string, first: boolean) => page(utf8.encode(packet), { first, serial: 9 })
    const bytes = concat([
      page(Uint8Array.of(0x80, ...utf8.encode('theora')), { first: true, serial: 9 }),
      opus[0]!,
      other('a picture', false),
      opus[1]!,
      other('a picture', false),
      ...opus.slice(2)
    ])
    const { items, error } = read([bytes])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(20))
  })

  it('takes a cut between two pages for a good end', () => {
    const pages = pagesOf(stream(frames(40)))
    const { items, error } = read([concat(pages.slice(0, -1))])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.have.length(30)
  })

  it('trims the end by the last granule position', () => {
    const content = [...frames(12), frame(12, 40, 100)]
    const { items } = read([stream(content)])
    expect(framesOf(items)).to.deep.equal(content)
  })

  it('trims several frames where the last granule position says so', () => {
    const content = [...frames(2), frame(2, 40, 500), frame(3, 40, 960), frame(4, 40, 960)]
    expect(framesOf(read([stream(content, { pageMs: 40 })]).items).map((each) => each.endTrim)).to.deep.equal(
      [0, 0, 500, 960, 960]
    )
  })

  it('tolerates a hole in the granule positions, and missing pages', () => {
    const pages = pagesOf(stream(frames(40)))
    const { items, error } = read([concat(pages.filter((_, index) => index !== 3))])
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(40).filter((_, index) => index < 10 || index >= 20))
  })

  it('passes over cover art without holding it, and keeps the tags around it', () => {
    const packet = encodeOpusTags('x', [
      { name: 'ARTIST', value: 'Somebody' },
      { name: 'METADATA_BLOCK_PICTURE', value: 'A'.repeat(3_000_000) },
      { name: 'TITLE', value: 'Something' }
    ])
    const [head, , ...audio] = pagesOf(stream(frames(1)))
    const tags = pagesOfPacket(packet)
    // The pages behind the tags keep their numbers, so that they seem to come after a loss, which is tolerated.
    const { items, error } = read([concat([head!, ...tags, ...audio])])
    expect(error).to.equal(undefined)
    expect(streamsOf(items)[0]!.tags).to.deep.equal([
      { name: 'ARTIST', value: 'Somebody' },
      { name: 'TITLE', value: 'Something' }
    ])
    expect(framesOf(items)).to.deep.equal(frames(1))
  })

  it('keeps the tags that came before one that is longer than its packet', () => {
    const packet = encodeOpusTags('', [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' }
    ])
    const [head, , audio] = pagesOf(stream(frames(1)))
    const { items, error } = read([concat([head!, page(packet.subarray(0, -1), { sequence: 1 }), audio!])])
    expect(error).to.equal(undefined)
    expect(streamsOf(items)[0]!.tags).to.deep.equal([{ name: 'A', value: '1' }])
  })

  it('bounds the number of tags', () => {
    const tags = Array.from({ length: 1000 }, (_, index) => ({ name: `N${index}`, value: '' }))
    expect(streamsOf(read([stream(frames(1), { tags })]).items)[0]!.tags).to.have.length(64)
  })
})

describe('the lossy Ogg Opus reader', () => {
  const good = stream(frames(40))

  it('passes over a page with a wrong checksum and counts its bytes', () => {
    const { items, error, reader } = read([good.map((byte, at) => (at === 1300 ? byte ^ 1 : byte))], {
      lossy: true
    })
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(40).filter((_, index) => index < 20 || index >= 30))
    expect(reader.skippedBytes).to.equal(437)
  })

  it('waits for the headers of the next link where it joins in the middle', () => {
    const { items, error } = read([concat([good.subarray(200), stream(frames(5), { serial: 2 })])], {
      lossy: true
    })
    expect(error).to.equal(undefined)
    expect(items[0]!.type).to.equal('stream')
    expect(framesOf(items)).to.deep.equal(frames(5))
  })

  it('goes without tags where their page is damaged', () => {
    const { items, error } = read([good.map((byte, at) => (at === 90 ? byte ^ 1 : byte))], { lossy: true })
    expect(error).to.equal(undefined)
    expect(streamsOf(items)[0]!.tags).to.deep.equal([])
    expect(framesOf(items)).to.deep.equal(frames(40))
  })

  it('passes over packets that are no frames', () => {
    const broken = page(new Uint8Array(0), { sequence: 2 })
    const { items, error, reader } = read(
      [concat([...pagesOf(good).slice(0, 2), broken, ...pagesOf(good).slice(3)])],
      { lossy: true }
    )
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(40).slice(10))
    expect(reader.skippedFrames).to.equal(1)
  })

  it('takes a broken end for an end', () => {
    const { items, error } = read([good.subarray(0, -1)], { lossy: true })
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(30))
  })

  it('knows at once what is not Ogg', () => {
    expect(read([concat([utf8.encode('ID3'), good])], { lossy: true }).error?.code).to.equal('not-ogg')
    expect(read([new Uint8Array(2 * MAX_PAGE_BYTES + 100)], { lossy: true }).error?.code).to.equal('not-ogg')
    expect(read([utf8.encode('x')], { lossy: true }).error?.code).to.equal('not-ogg')
  })

  it('gives up a stream that shows no headers', () => {
    const endless = Array.from({ length: 40 }, (_, sequence) =>
      page(new Uint8Array(60_000), { sequence: 10 + sequence })
    )
    const { items, error } = read(endless, { lossy: true })
    expect(items).to.deep.equal([])
    expect(error?.code).to.equal('not-opus')
  })
})
