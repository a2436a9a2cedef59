import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { TreecastError } from '../../src/protocol/errors.js'
import { isCanonicalSignature, isSoundKey } from '../../src/protocol/media/signature.js'
import type { BroadcastId } from '../../src/protocol/wire/broadcast.js'
import {
  type CertificateBody,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../../src/protocol/wire/certificate.js'
import { type Handover, handoverMessage } from '../../src/protocol/wire/handover.js'
import { equal, Reader, WireError } from '../../src/protocol/wire/cursor.js'
import { type BroadcastLink, formatLink, parseLink } from '../../src/protocol/wire/link.js'
import { type Message, MESSAGE_TYPE } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import {
  encodeUnsigned,
  joinSignature,
  packetDomain,
  packetMessage,
  type Payload,
  readPacket,
  readPayload,
  signaturePart,
  unsignedPart
} from '../../src/protocol/wire/packet.js'
import { decodePastMessage, encodePastMessage, type PastMessage } from '../../src/protocol/wire/past-message.js'
import {
  decodeSignalBody,
  encodeSignalBody,
  type SignalContent,
  signalMessage
} from '../../src/protocol/wire/signal.js'
import {
  type DatedRecord,
  encodeRecord,
  readSignedRecord,
  recordMessage,
  recordSignature,
  type SignedRecord,
  unsignedRecord
} from '../../src/protocol/wire/signed-record.js'
import { ticketFromText, ticketToText } from '../../src/protocol/wire/ticket.js'
import { encodeProof } from '../../src/recording/compact.js'
import { type ProofEntry, readProof } from '../../src/recording/proof.js'
import { hash } from '../../src/runtime/crypto.js'
import { checkSignature } from '../protocol/world.js'
import { vectors } from './generate.js'
import { fromFile, toJson } from './json.js'

const messages = fromFile('messages') as { name: string; value: Message; bytes: Uint8Array }[]

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.from(actual).toString('hex')).to.equal(Buffer.from(expected).toString('hex'))
}

describe('vectors', () => {
  it('are what the generator makes', () => {
    for (const [name, value] of Object.entries(vectors)) {
      expect(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'), name).to.equal(toJson(value))
    }
  })

  const { from, to, negotiation, signals } = fromFile('signals') as {
    from: Uint8Array
    to: Uint8Array
    negotiation: number
    signals: {
      name: string
      content: SignalContent
      signed: Uint8Array
      signature: Uint8Array
      body: Uint8Array
    }[]
  }
  for (const { name, content, signed, signature, body } of signals) {
    it(`signal: ${name}`, () => {
      const unsigned = encodeSignalBody({ negotiation, content })
      expectSame(joinSignature(unsigned, signature), body)
      expectSame(signalMessage(from, to, unsigned), signed)
      expect(checkSignature(from, signed, signature)).to.equal(true)
      expect(decodeSignalBody(body)).to.deep.equal({ body: { negotiation, content }, unsigned, signature })
      for (let length = 0; length < body.length; length++) {
        expect(() => decodeSignalBody(body.subarray(0, length)), `${length} B`).to.throw(WireError)
      }
    })
  }

  const records = fromFile('records') as {
    broadcast: BroadcastId
    records: {
      name: string
      value: DatedRecord
      unsigned: Uint8Array
      signed: Uint8Array
      signature: Uint8Array
      bytes: Uint8Array
    }[]
  }
  for (const { name, value, unsigned, signed, signature, bytes } of records.records) {
    it(`record: ${name}`, () => {
      expectSame(encodeRecord(value), unsigned)
      expectSame(recordMessage(records.broadcast, unsigned), signed)
      expect(checkSignature(value.id, signed, signature)).to.equal(true)
      const record = readSignedRecord(new Reader(bytes))
      expect(record).to.deep.equal({ ...value, bytes })
      expectSame(unsignedRecord(record), unsigned)
      expectSame(recordSignature(record), signature)
      for (let length = 0; length < bytes.length; length++) {
        expect(() => readSignedRecord(new Reader(bytes.subarray(0, length)))).to.throw(WireError)
      }
    })
  }

  const tickets = fromFile('tickets') as {
    valid: { text: string; records: SignedRecord[] }[]
    malformed: { text: string; error: string }[]
  }
  for (const { text, records: named } of tickets.valid) {
    it(`ticket: ${text.slice(0, 20)}…`, () => {
      expect(ticketFromText(text)).to.deep.equal(named)
      expect(ticketToText(named)).to.equal(text)
    })
  }
  for (const { text, error } of tickets.malformed) {
    it(`malformed ticket: ${text.slice(0, 20)}…${text.slice(-20)}: ${error}`, () => {
      expect(() => ticketFromText(text)).to.throw(WireError, error)
    })
  }

  it('hold every message there is', () => {
    const types = new Set<string>(messages.map(({ value }) => value.type))
    expect([...types].sort()).to.deep.equal(Object.keys(MESSAGE_TYPE).sort())
  })

  const past = fromFile('past') as {
    valid: { name: string; value: PastMessage; bytes: Uint8Array }[]
    malformed: { name: string; bytes: Uint8Array; error: string }[]
  }
  const readPast = (bytes: Uint8Array): PastMessage => {
    const [message] = decodeMessages(bytes)
    if (message?.type !== 'about-past') throw new Error('a message about something else')
    return decodePastMessage(message)
  }
  for (const { name, value, bytes } of past.valid) {
    it(`about the past: ${name}`, () => {
      expectSame(encodeMessage(encodePastMessage(value)), bytes)
      expect(readPast(bytes)).to.deep.equal(value)
      for (let length = 3; length < bytes.length; length++) {
        const cut = bytes.slice(0, length)
        cut.set([(length - 3) >>> 8, (length - 3) & 0xff], 1)
        expect(() => readPast(cut), `${length} B`).to.throw(WireError)
      }
    })
  }
  for (const { name, bytes, error } of past.malformed) {
    it(`malformed, about the past: ${name}`, () => {
      expect(() => readPast(bytes)).to.throw(WireError, error)
    })
  }

  for (const { name, value, bytes } of messages) {
    it(`message: ${name}`, () => {
      expectSame(encodeMessage(value), bytes)
      expect(decodeMessages(bytes)).to.deep.equal([value])
    })

    it(`message cut off at every length: ${name}`, () => {
      for (let length = 1; length < bytes.length; length++) {
        expect(() => decodeMessages(bytes.subarray(0, length)), `${length} B`).to.throw(WireError)
      }
      // The same with a length field that says so. All of DATA but its hops is the packet's own; who says nothing of
      // its ways to dial can dial all.
      const optional = value.type === 'join' || value.type === 'ask' ? 1 : 0
      const shortest = value.type === 'data' ? 1 : bytes.length - 3 - optional
      // Whether a certificate may stand without a handover, it says itself.
      const alone = value.type === 'show' ? 2 + value.certificate.length : undefined
      for (let length = 0; length < shortest; length++) {
        if (length === alone) continue
        const cut = bytes.slice(0, 3 + length)
        cut.set([length >>> 8, length & 0xff], 1)
        expect(() => decodeMessages(cut), `body of ${length} B`).to.throw(WireError)
      }
    })
  }

  for (const { name, bytes, error } of fromFile('malformed') as {
    name: string
    bytes: Uint8Array
    error: string
  }[]) {
    it(`malformed: ${name}`, () => {
      expect(() => decodeMessages(bytes)).to.throw(WireError, error)
    })
  }

  for (const { name, bytes, values } of fromFile('tolerated') as {
    name: string
    bytes: Uint8Array
    values: Message[]
  }[]) {
    it(`tolerated: ${name}`, () => {
      expect(decodeMessages(bytes)).to.deep.equal(values)
    })
  }

  const { broadcast, domain, showKey, packets } = fromFile('packets') as {
    broadcast: BroadcastId
    domain: Uint8Array
    showKey: Uint8Array
    packets: {
      name: string
      epoch: number
      sequence: number
      mediaTime: number
      payload: Exclude<Payload, { kind: 'unknown' }>
      unsigned: Uint8Array
      message: Uint8Array
      signature: Uint8Array
      packet: Uint8Array
    }[]
  }
  for (const vector of packets) {
    it(`packet: ${vector.name}`, () => {
      const { epoch, sequence, mediaTime, payload } = vector
      expectSame(packetDomain(broadcast), domain)
      expectSame(encodeUnsigned({ epoch, sequence, mediaTime }, payload), vector.unsigned)
      expectSame(packetMessage(domain, vector.unsigned), vector.message)
      expectSame(joinSignature(vector.unsigned, vector.signature), vector.packet)
      const packet = readPacket(vector.packet)
      expect({ epoch: packet.epoch, sequence: packet.sequence, mediaTime: packet.mediaTime }).to.deep.equal({
        epoch,
        sequence,
        mediaTime
      })
      expect(readPayload(packet)).to.deep.equal(payload)
      expectSame(unsignedPart(vector.packet), vector.unsigned)
      expectSame(signaturePart(vector.packet), vector.signature)
      expect(checkSignature(showKey, vector.message, vector.signature)).to.equal(true)
    })
  }

  it('proof', () => {
    const vector = fromFile('proofs') as {
      sealed: Uint8Array
      sealDigest: Uint8Array
      entries: ProofEntry[]
      bytes: Uint8Array
    }
    expectSame(hash(vector.sealed), vector.sealDigest)
    expectSame(encodeProof(vector.entries), vector.bytes)
    expect(readProof(vector.bytes)).to.deep.equal({ entries: vector.entries, problem: undefined })
  })

  it('certificate', () => {
    const vector = fromFile('certificate') as Record<
      'body' | 'message' | 'signature' | 'bytes',
      Uint8Array
    > & {
      value: CertificateBody
      continuing: { value: CertificateBody; bytes: Uint8Array; handover: Handover; handoverMessage: Uint8Array }
    }
    expectSame(encodeCertificateBody(vector.value), vector.body)
    expectSame(certificateMessage(vector.body), vector.message)
    const { certificate, message, signature } = decodeCertificate(vector.bytes, vector.value.broadcast)
    expect(certificate).to.deep.equal({ ...vector.value, bytes: vector.bytes })
    expectSame(message, vector.message)
    expectSame(signature, vector.signature)
    const { continuing } = vector
    expect(decodeCertificate(continuing.bytes, vector.value.broadcast).certificate).to.deep.equal({
      ...continuing.value,
      bytes: continuing.bytes
    })
    expectSame(handoverMessage(continuing.value, continuing.handover), continuing.handoverMessage)
    for (let length = 0; length < vector.bytes.length; length++) {
      expect(() => decodeCertificate(vector.bytes.subarray(0, length), vector.value.broadcast)).to.throw(
        WireError
      )
    }
    const other = { ...vector.value.broadcast, name: 'other' }
    expect(() => decodeCertificate(vector.bytes, other)).to.throw(WireError, 'another broadcast')
    for (const change of [
      { stripes: 0 },
      { stripes: 17 },
      { notAfter: vector.value.notBefore + 86_401 },
      { notAfter: vector.value.notBefore - 1 }
    ]) {
      const bytes = joinSignature(encodeCertificateBody({ ...vector.value, ...change }), vector.signature)
      expect(() => decodeCertificate(bytes, vector.value.broadcast), JSON.stringify(change)).to.throw(
        WireError
      )
    }
  })

  const signatures = fromFile('signatures') as {
    name: string
    key: Uint8Array
    message: Uint8Array
    signature: Uint8Array
    valid: boolean
    opensslAccepts: boolean
  }[]
  for (const { name, key, message, signature, valid } of signatures) {
    it(`signature: ${name}`, () => {
      const verdict =
        isSoundKey(key) && isCanonicalSignature(signature) && checkSignature(key, message, signature)
      expect(verdict).to.equal(valid)
    })
  }

  it('signature: some that OpenSSL accepts are refused by our own rules alone', () => {
    const ours = signatures.filter(({ valid, opensslAccepts }) => opensslAccepts && !valid)
    expect(ours.map(({ name }) => name)).to.include(
      'key: the identity, which signs every message with R = identity and S = 0'
    )
    for (const { key, signature } of ours)
      expect(isSoundKey(key) && isCanonicalSignature(signature)).to.equal(false)
  })

  const links = fromFile('links') as {
    valid: { text: string; value: BroadcastLink; canonical: string }[]
    malformed: { text: string; error: string }[]
  }
  for (const { text, value, canonical } of links.valid) {
    it(`link: ${text.slice(0, 7)}…${text.slice(60, 140)}`, () => {
      expect(parseLink(text)).to.deep.equal(value)
      expect(formatLink(value)).to.equal(canonical)
      expect(parseLink(canonical)).to.deep.equal(value)
    })
  }
  for (const { text, error } of links.malformed) {
    it(`malformed link: ${text.slice(0, 90)}`, () => {
      expect(() => parseLink(text))
        .to.throw(TreecastError)
        .with.property('message', error)
      expect(error).to.not.match(/\n/)
    })
  }

  it('keys are compared whole', () => {
    expect(equal(showKey, showKey.slice())).to.equal(true)
    expect(equal(showKey, showKey.subarray(1))).to.equal(false)
  })
})
