import { expect } from 'chai'
import { checksum, encodePage, type PageHead, PageReader } from '../../../src/audio/ogg/page.js'
import { frames, stream } from '../made.js'

const HEAD: PageHead = { continued: false, first: true, last: false, granule: 0, serial: 7, sequence: 0 }

describe('Ogg pages', () => {
  it('have the checksum of the CRC catalogue for this polynomial', () => {
    // CRC-32/MPEG-2 without its initial value, which is what Ogg uses, over "123456789".
    expect(checksum(new TextEncoder().encode('123456789'))).to.equal(0x89a1897f)
  })

  it('come back as they were written', () => {
    const head: PageHead = {
      continued: true,
      first: false,
      last: true,
      granule: 2 ** 40,
      serial: 2 ** 32 - 1,
      sequence: 9
    }
    const reader = new PageReader('x', false)
    reader.push(encodePage(head, [255, 3], [new Uint8Array(258).fill(5)]))
    const page = reader.next()
    expect(page).to.deep.equal({
      ...head,
      offset: 0,
      lacing: Uint8Array.of(255, 3),
      body: new Uint8Array(258).fill(5)
    })
    expect(reader.next()).to.equal(undefined)
  })

  it('carry no granule position where no packet ends', () => {
    const page = encodePage({ ...HEAD, granule: undefined }, [255], [new Uint8Array(255)])
    expect([...page.subarray(6, 14)]).to.deep.equal(new Array(8).fill(255))
    const reader = new PageReader('x', false)
    reader.push(page)
    expect(reader.next()?.granule).to.equal(undefined)
  })

  it('do not alias the bytes that were given', () => {
    const reader = new PageReader('x', false)
    const chunk = encodePage(HEAD, [4], [Uint8Array.of(1, 2, 3, 4)])
    reader.push(chunk)
    const page = reader.next()
    chunk.fill(0)
    reader.push(new Uint8Array(100_000).fill(9))
    expect([...page!.body]).to.deep.equal([1, 2, 3, 4])
  })

  it('are found again by a lossy reader that joins in the middle', () => {
    const bytes = stream(frames(40))
    const reader = new PageReader('x', true)
    reader.push(bytes.subarray(10))
    const offsets: number[] = []
    for (let page = reader.next(); page !== undefined; page = reader.next()) offsets.push(page.offset)
    expect(offsets).to.have.length(5)
    expect(offsets[0]).to.equal(47 - 10)
    expect(reader.skippedBytes).to.equal(37)
  })

  it('are found again behind a false capture pattern and a false length', () => {
    const good = encodePage(HEAD, [4], [Uint8Array.of(1, 2, 3, 4)])
    const lure = new Uint8Array(27).fill(255)
    lure.set(new TextEncoder().encode('OggS\0'))
    const reader = new PageReader('x', true)
    for (const bytes of [lure, good, lure]) reader.push(bytes)
    expect(reader.next()).to.equal(undefined)
    reader.finish()
    expect(reader.next()?.offset).to.equal(27)
    expect(reader.next()).to.equal(undefined)
    expect(reader.skippedBytes).to.equal(54)
  })

  it('are given up where a lossy reader finds none within the length of two', () => {
    const reader = new PageReader('the mount', true)
    reader.push(new Uint8Array(130_000).fill(0x4f))
    expect(reader.next()).to.equal(undefined)
    reader.push(new Uint8Array(1000))
    expect(() => reader.next()).to.throw('the mount is not Ogg')
  })
})
