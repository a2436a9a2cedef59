/** Anything that may stand in a message or a packet. */

import fc from 'fast-check'
import { BYE_REASONS, type Message, REFUSALS, ROLES } from '../../../src/protocol/wire/message.js'
import { nameProblem } from '../../../src/protocol/wire/broadcast.js'
import type { Payload } from '../../../src/protocol/wire/packet.js'
import { encodeRecord, readSignedRecord } from '../../../src/protocol/wire/signed-record.js'
import { Reader } from '../../../src/protocol/wire/cursor.js'
import { joinSignature } from '../../../src/protocol/wire/packet.js'
import { opusDuration } from '../../../src/protocol/media/frame.js'

export const u8 = fc.nat(0xff)
export const u16 = fc.nat(0xffff)
export const u32 = fc.nat(0xffffffff)
export const u48 = fc.oneof(
  fc.nat(2 ** 31),
  fc.maxSafeNat().map((n) => n % 2 ** 48),
  fc.constant(2 ** 48 - 1)
)
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

/** Text that is UTF-8 of at most so many bytes, now and then with a byte order mark. */
export const text = (maxBytes: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 20 }).map((s) => `\ufeff${s}`)
    )
    .filter((s) => !/\p{Surrogate}/u.test(s) && Buffer.byteLength(s) <= maxBytes)

const id = bytes(32)
const shortId = bytes(8)
const addresses = fc.array(text(128), { maxLength: 4 })
const records = fc.array(fc.record({ id, addresses: fc.array(text(60), { maxLength: 4 }) }), {
  maxLength: 16
})
/** Signed by nobody, but in the form of a record that is. */
export const signedRecord = fc
  .record({
    id,
    addresses: fc.array(text(60), { minLength: 1, maxLength: 4 }),
    issued: fc.nat(2 ** 31),
    life: fc.nat(86_400),
    signature: bytes(64)
  })
  .map(({ life, signature, ...rest }) => {
    const unsigned = encodeRecord({ ...rest, expires: rest.issued + life })
    return readSignedRecord(new Reader(joinSignature(unsigned, signature)))
  })
const broadcast = fc.record({
  publisher: id,
  name: text(64).filter((name) => nameProblem(name) === undefined)
})
const versions = fc
  .tuple(u8, u8)
  .map(([a, b]) => ({ minVersion: Math.min(a, b), maxVersion: Math.max(a, b) }))
const wanted = fc
  .tuple(
    fc.nat(2 ** 40),
    fc.uniqueArray(
      u16.filter((n) => n > 0),
      { maxLength: 63 }
    )
  )
  .map(([first, more]) => [first, ...more.sort((a, b) => a - b).map((n) => first + n)])

const type = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name)

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc
    .tuple(versions, fc.record({ type: type('hello'), peerId: id, broadcast, leaf: fc.boolean(), addresses }))
    .map(([v, rest]) => ({ ...rest, ...v })),
  fc.record({ type: type('bye'), reason: fc.constantFrom(...BYE_REASONS), text: text(255), others: records }),
  fc.record({ type: type('show'), certificate: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    type: type('show'),
    certificate: fc.uint8Array({ maxLength: 300 }),
    handover: fc.record({
      previous: u32,
      first: fc.integer({ min: 0, max: 2 ** 48 - 2 }),
      signature: bytes(64)
    })
  }),
  fc.record({ type: type('subscribe'), epoch: u32, stripes: u16, sample: fc.boolean(), since: u48 }),
  fc.record({
    type: type('grant'),
    epoch: u32,
    stripes: u16,
    refused: u16,
    refusal: fc.constantFrom(...REFUSALS),
    others: records
  }),
  fc.record({ type: type('path'), stripes: u16, peers: fc.array(shortId, { maxLength: 16 }) }),
  fc.record({ type: type('want'), sequences: wanted }),
  fc.record({ type: type('status'), freeSlots: u16, depth: u8 }),
  fc.record({ type: type('peers'), records: fc.array(signedRecord, { maxLength: 16 }) }),
  fc.record({ type: type('data'), hops: u8, packet: fc.uint8Array({ maxLength: 1500 }) }),
  fc
    .tuple(
      versions,
      fc.record({
        type: type('join'),
        peerId: id,
        broadcast,
        role: fc.constantFrom(...ROLES),
        freeSlots: u16,
        wanted: u8,
        addresses,
        ways: u8
      })
    )
    .map(([v, rest]) => ({ ...rest, ...v })),
  fc.record({
    type: type('welcome'),
    version: u8,
    live: fc.boolean(),
    peers: u32,
    waitMs: u32,
    candidates: records
  }),
  fc.record({ type: type('ask'), wanted: u8, except: fc.array(shortId, { maxLength: 64 }), ways: u8 }),
  fc.record({ type: type('lease'), freeSlots: u16, depth: u8 }),
  fc.record({ type: type('refused'), reason: fc.constantFrom(...BYE_REASONS), text: text(255) }),
  fc.record({
    type: type('challenge'),
    seed: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    bits: u8,
    waitMs: u32
  }),
  fc.record({ type: type('work'), nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
  fc.record({ type: type('signal'), to: id, from: id, body: fc.uint8Array({ maxLength: 2000 }) }),
  fc.record({ type: type('unreachable'), peer: id })
)

const frameData = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .filter((data) => opusDuration(data) !== undefined)

export const payload: fc.Arbitrary<Exclude<Payload, { kind: 'unknown' }>> = fc.oneof(
  fc
    .record({
      channels: fc.constantFrom(1 as const, 2 as const),
      preSkip: u16,
      outputGain: fc.integer({ min: -0x8000, max: 0x7fff }),
      streamStart: fc.boolean(),
      frames: fc.array(frameData, { minLength: 1, maxLength: 48 }),
      endTrim: u16
    })
    .map(({ channels, preSkip, outputGain, streamStart, frames, endTrim }) => ({
      kind: 'audio' as const,
      format: { channels, preSkip, outputGain },
      streamStart,
      frames: frames.map((data, i) => ({
        data,
        samples: opusDuration(data)!,
        endTrim: i === frames.length - 1 ? endTrim : 0
      }))
    })),
  fc
    .array(fc.tuple(text(32), text(512)), { maxLength: 16 })
    .map((fields) => ({ kind: 'metadata' as const, fields: new Map(fields) })),
  fc.record({ kind: type('end'), firstEnd: fc.constant(0) })
)
