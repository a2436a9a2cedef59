import { expect } from 'chai'
import { encodePage } from '../../../src/audio/ogg/page.js'
import { concat, frame, frames, framesOf, page, pagesOf, read, stream } from '../made.js'

const utf8 = new TextEncoder()

function opusHead(bytes: Record<number, number> = {}): Uint8Array {
  const head = pagesOf(stream([]))[0]!.slice(28)
  for (const [at, byte] of Object.entries(bytes)) head[Number(at)] = byte
  return head
}

describe('the Ogg Opus reader says in one line', () => {
  const good = stream(frames(40))
  const cases: [what: string, bytes: Uint8Array, code: string, message: RegExp][] = [
    ['that there is nothing', new Uint8Array(0), 'source-empty', /^show\.opus is empty; /],
    [
      'that there is no audio',
      concat(pagesOf(good).slice(0, 2)),
      'source-empty',
      /holds no audio in its 99 bytes/
    ],
    [
      'what else than Ogg it is',
      utf8.encode('ID3\x04 and so on'),
      'not-ogg',
      /show\.opus is not Ogg \(it looks like MP3\); /
    ],
    ['that it is a web page', utf8.encode('<!doctype html><html>'), 'not-ogg', /looks like a web page/],
    [
      'that it is not Ogg though it looks like nothing',
      utf8.encode('x'),
      'not-ogg',
      /show\.opus is not Ogg; convert/
    ],
    [
      'which codec was found',
      concat([page(utf8.encode('\x01vorbis…'), { first: true }), page(utf8.encode('x'))]),
      'not-opus',
      /holds Vorbis; /
    ],
    [
      'that codecs end in nothing',
      page(utf8.encode('Speex   1.2'), { first: true }),
      'not-opus',
      /holds Speex; /
    ],
    [
      'that there are too many channels',
      concat([page(opusHead({ 9: 6, 18: 1 }), { first: true }), page(utf8.encode('x'))]),
      'not-opus',
      /has 6 channels in mapping family 1, and treecast carries mono or stereo/
    ],
    ['that the channels are none', page(opusHead({ 9: 0 }), { first: true }), 'not-opus', /has 0 channels/],
    ['that the version is unknown', page(opusHead({ 8: 16 }), { first: true }), 'not-opus', /version 16/],
    ['that the head is short', page(utf8.encode('OpusHead'), { first: true }), 'not-opus', /only 8 bytes/],
    [
      'that it begins in the middle',
      concat(pagesOf(good).slice(2)),
      'source-corrupt',
      /begins in the middle of a stream: the page at byte 0/
    ],
    [
      'that there are no tags',
      concat(
        pagesOf(good)
          .filter((_, index) => index !== 1)
          .map((each, index) => (index === 1 ? page(frame(0).data, { sequence: 1 }) : each))
      ),
      'source-corrupt',
      /no OpusTags header, on the page at byte 47; 0 frames/
    ],
    [
      'where it is cut off',
      good.subarray(0, -1),
      'source-truncated',
      /ends inside the Ogg page that begins at byte 1410; 30 frames before it are good: /
    ],
    [
      'that a frame is cut off',
      concat([
        ...pagesOf(good).slice(0, 3),
        encodePage(
          { continued: false, first: false, last: false, granule: undefined, serial: 1, sequence: 3 },
          [255],
          [new Uint8Array(255).fill(0xfc)]
        )
      ]),
      'source-truncated',
      /ends inside a frame that goes on behind byte 819; 10 frames/
    ],
    [
      'where its bytes were changed',
      good.map((byte, at) => (at === 1300 ? byte ^ 1 : byte)),
      'source-corrupt',
      /wrong checksum at byte 973; 20 frames/
    ],
    [
      'where there is no page',
      concat([...pagesOf(good).slice(0, 3), utf8.encode('ID3v1 tag'), ...pagesOf(good).slice(3)]),
      'source-corrupt',
      /bytes that are no Ogg page at byte 536; 10 frames/
    ],
    [
      'where a packet is no frame',
      concat([...pagesOf(good).slice(0, 2), page(new Uint8Array(0), { sequence: 2 })]),
      'source-corrupt',
      /no Opus frame, on the page at byte 99; 0 frames/
    ],
    [
      'that a packet never began',
      concat([
        ...pagesOf(good).slice(0, 2),
        encodePage(
          { continued: true, first: false, last: false, granule: 0, serial: 1, sequence: 2 },
          [1],
          [Uint8Array.of(0)]
        )
      ]),
      'source-corrupt',
      /never began/
    ],
    [
      'that it goes on behind its end',
      concat([good, page(frame(0).data, { sequence: 6 })]),
      'source-corrupt',
      /goes on after its end-of-stream page/
    ]
  ]
  for (const [what, bytes, code, message] of cases) {
    it(what, () => {
      const { error } = read([bytes])
      expect(error?.code).to.equal(code)
      expect(error?.message).to.match(message).and.not.include('\n')
    })
  }

  it('gives the good frames before an error, even of the same chunk', () => {
    const { items, error } = read([good.map((byte, at) => (at === 1300 ? byte ^ 1 : byte))])
    expect(framesOf(items)).to.deep.equal(frames(20))
    expect(error?.code).to.equal('source-corrupt')
  })
})
