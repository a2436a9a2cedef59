import { expect } from 'chai'
import fc from 'fast-check'
import { Reader, WireError, Writer } from '../../../src/protocol/wire/cursor.js'
import { keyFromText, keyToText } from '../../../src/protocol/wire/broadcast.js'
import { formatLink, parseLink } from '../../../src/protocol/wire/link.js'
import { dataHead } from '../../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../../src/protocol/wire/tracker-side.js'
import { encodeUnsigned, joinSignature, readPacket, readPayload } from '../../../src/protocol/wire/packet.js'
import { thatFit, ticketFromText, ticketToText } from '../../../src/protocol/wire/ticket.js'
import { message, payload, signedRecord, text, u16, u32, u48, u8 } from './arbitraries.js'

describe('codec', () => {
  it('reads each message as it was written, and several in a row', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        const bytes = Buffer.concat(messages.map(encodeMessage))
        fc.pre(bytes.length <= 16 * 1024)
        expect(decodeMessages(new Uint8Array(bytes))).to.deep.equal(messages)
      }),
      { numRuns: 1_000 }
    )
  })

  it('reads each packet as it was written', () => {
    fc.assert(
      fc.property(payload, u32, u48, u48, (value, epoch, sequence, mediaTime) => {
        // The largest u48 is no sequence, and sixteen of the longest fields are too much for one packet.
        fc.pre(
          sequence < 2 ** 48 - 1 &&
            (value.kind !== 'metadata' || JSON.stringify([...value.fields]).length < 4_000)
        )
        const unsigned = encodeUnsigned({ epoch, sequence, mediaTime }, value)
        const packet = readPacket(joinSignature(unsigned, new Uint8Array(64)))
        expect([packet.epoch, packet.sequence, packet.mediaTime]).to.deep.equal([epoch, sequence, mediaTime])
        expect(readPayload(packet)).to.deep.equal(value)
      }),
      { numRuns: 500 }
    )
  })

  it('reads each ticket as it was written, whatever the case of its text', () => {
    fc.assert(
      fc.property(fc.array(signedRecord, { minLength: 1, maxLength: 8 }), (records) => {
        const fitting = thatFit(records)
        const ticket = ticketToText(fitting)
        expect(fitting).to.deep.equal(records.slice(0, fitting.length))
        expect(ticket.length).to.be.at.most(4_096)
        expect(ticketFromText(ticket)).to.deep.equal(fitting)
        expect(ticketFromText(ticket.toUpperCase())).to.deep.equal(fitting)
      }),
      { numRuns: 300 }
    )
  })

  it('puts before a packet what DATA has before it', () => {
    fc.assert(
      fc.property(u8, fc.uint8Array({ maxLength: 2_000 }), (hops, packet) => {
        const whole = Buffer.concat([dataHead(hops, packet.length), packet])
        expect(whole.equals(encodeMessage({ type: 'data', hops, packet }))).to.equal(true)
      })
    )
  })

  it('writes and reads each integer over its whole range', () => {
    fc.assert(
      fc.property(
        u8,
        u16,
        fc.integer({ min: -0x8000, max: 0x7fff }),
        u32,
        u48,
        text(300),
        (a, b, c, d, e, f) => {
          const bytes = new Writer(1).u8(a).u16(b).i16(c).u32(d).u48(e).text(2, f, 300).finish()
          const reader = new Reader(bytes)
          expect([
            reader.u8(),
            reader.u16(),
            reader.i16(),
            reader.u32(),
            reader.u48(),
            reader.text(2, 300)
          ]).to.deep.equal([a, b, c, d, e, f])
          reader.end()
        }
      )
    )
  })

  it('never reads beyond the end, and refuses what is left over', () => {
    const reads: ((reader: Reader) => unknown)[] = [
      (r) => r.u8(),
      (r) => r.u16(),
      (r) => r.i16(),
      (r) => r.u32(),
      (r) => r.u48(),
      (r) => r.view(5),
      (r) => r.text(1, 9),
      (r) => r.text(2, 9)
    ]
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 12 }),
        fc.array(fc.constantFrom(...reads), { maxLength: 8 }),
        (bytes, wants) => {
          const reader = new Reader(bytes)
          try {
            for (const want of wants) want(reader)
            expect(reader.offset + reader.remaining).to.equal(bytes.length)
            reader.end()
            expect(reader.remaining).to.equal(0)
          } catch (error) {
            expect(error).to.be.instanceOf(WireError)
            expect(reader.offset).to.be.at.most(bytes.length)
          }
        }
      ),
      { numRuns: 1_000 }
    )
  })

  it('does not write a number that does not fit its field', () => {
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 48]) {
      expect(() => new Writer().u8(value), `u8 ${value}`).to.throw(RangeError)
      expect(() => new Writer().u48(value), `u48 ${value}`).to.throw(RangeError)
    }
    for (const value of [-0x8001, 0x10000, NaN])
      expect(() => new Writer().i16(value), `i16 ${value}`).to.throw(RangeError)
    expect(() => new Writer().text(1, 'é', 1)).to.throw(RangeError)
  })

  it('names each key by one text alone', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.nat(51),
        fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz234567')),
        (key, at, letter) => {
          const name = keyToText(key)
          expect(keyFromText(name)).to.deep.equal(key)
          const other = name.slice(0, at) + letter + name.slice(at + 1)
          const read = keyFromText(other)
          if (read !== undefined) expect(keyToText(read)).to.equal(other)
        }
      )
    )
  })

  it('reads each link as it was written', () => {
    const tracker = fc
      .webUrl()
      .map((url) => url.replace(/^https?/, 'ws'))
      .filter((url) => url.length <= 256 && !url.includes('#'))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }),
        fc.uniqueArray(tracker, { maxLength: 8 }),
        (publisher, name, trackers) => {
          const link = { publisher, name, trackers }
          expect(parseLink(formatLink(link))).to.deep.equal(link)
        }
      )
    )
  })
})
