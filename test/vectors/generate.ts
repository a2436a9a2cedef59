/**
 * Makes the vectors: `npx tsx test/vectors/generate.ts`. A function of fixed seeds; running it twice changes nothing.
 * Another implementation needs only the JSON files; json.ts says how bytes stand in them.
 */

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { TreecastError } from '../../src/protocol/errors.js'
import type { Frame } from '../../src/protocol/media/frame.js'
import type { BroadcastId } from '../../src/protocol/wire/broadcast.js'
import { keyToText } from '../../src/protocol/wire/broadcast.js'
import { certificateMessage, encodeCertificateBody } from '../../src/protocol/wire/certificate.js'
import { handoverMessage } from '../../src/protocol/wire/handover.js'
import { Reader, WireError } from '../../src/protocol/wire/cursor.js'
import { formatLink, parseLink } from '../../src/protocol/wire/link.js'
import { type Message, MESSAGE_TYPE, SINCE_RECENT } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import {
  encodeUnsigned,
  joinSignature,
  packetDomain,
  packetMessage,
  type Payload
} from '../../src/protocol/wire/packet.js'
import { decodePastMessage, encodePastMessage, type PastMessage } from '../../src/protocol/wire/past-message.js'
import { encodeSignalBody, type SignalContent, signalMessage } from '../../src/protocol/wire/signal.js'
import {
  encodeRecord,
  readSignedRecord,
  recordMessage,
  type SignedRecord
} from '../../src/protocol/wire/signed-record.js'
import { encodeTicket, ticketFromText, ticketToText } from '../../src/protocol/wire/ticket.js'
import { WAY, WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import { payloadDigest, sealList } from '../../src/protocol/wire/seal.js'
import { encodeProof } from '../../src/recording/compact.js'
import type { ProofEntry } from '../../src/recording/proof.js'
import { hash } from '../../src/runtime/crypto.js'
import { checkSignature, frameOf, keysFromSeed } from '../protocol/world.js'
import {
  challenge,
  encodePoint,
  fromLittleEndian,
  IDENTITY,
  L,
  littleEndian,
  mod,
  P,
  pointOf,
  scalarOf
} from './edwards.js'
import { hex, toJson } from './json.js'

const root = keysFromSeed(1)
const showSeed = new Uint8Array(32).fill(2)
const show = keysFromSeed(2)
const broadcast: BroadcastId = { publisher: root.publicKey, name: 'Morning show ☀' }
const EPOCH = 1723507200

const id = (n: number): Uint8Array => keysFromSeed(n).publicKey
const short = (n: number): Uint8Array => id(n).subarray(0, 8)
const record = (n: number) => ({
  id: id(n),
  addresses: [`/ip4/192.0.2.${n}/tcp/4001`, `/ip4/192.0.2.${n}/tcp/4002/ws`]
})

// Certificate

const certificateBody = {
  broadcast,
  epoch: EPOCH,
  showKey: show.publicKey,
  notBefore: EPOCH,
  notAfter: EPOCH + 86_400,
  stripes: 4,
  continues: false
}
const bodyBytes = encodeCertificateBody(certificateBody)
const signedBody = certificateMessage(bodyBytes)
const certificateSignature = root.sign(signedBody)
const certificate = joinSignature(bodyBytes, certificateSignature)

const nextShow = keysFromSeed(3)
const nextBody = { ...certificateBody, epoch: EPOCH + 43_200, showKey: nextShow.publicKey, continues: true }
const nextBytes = encodeCertificateBody(nextBody)
const nextCertificate = joinSignature(nextBytes, root.sign(certificateMessage(nextBytes)))
const handed = { previous: EPOCH, first: 432_128 }
const handedMessage = handoverMessage(nextBody, handed)
const handover = { ...handed, signature: nextShow.sign(handedMessage) }

// Packets

const frame = (n: number, length = 40, endTrim = 0): Frame => ({
  data: frameOf(n, length),
  samples: 960,
  endTrim
})
const sealed = sealList([
  { kind: 0, epoch: EPOCH, sequence: 0, mediaTime: 0, digest: payloadDigest(hash(Uint8Array.of(1))) },
  { kind: 1, epoch: EPOCH, sequence: 1, mediaTime: 4800, digest: payloadDigest(hash(Uint8Array.of(2))) }
])
const format = { channels: 2 as const, preSkip: 312, outputGain: -256 }
const payloads: [string, number, number, Exclude<Payload, { kind: 'unknown' }>][] = [
  [
    'audio: the first packet of a stream, five frames',
    0,
    0,
    { kind: 'audio', format, streamStart: true, frames: [0, 1, 2, 3, 4].map((n) => frame(n)) }
  ],
  [
    'audio: a single long frame',
    7,
    33_600,
    {
      kind: 'audio',
      format: { channels: 1, preSkip: 0, outputGain: 0 },
      streamStart: false,
      frames: [frame(9, 1300)]
    }
  ],
  [
    'audio: the last packet of a stream, trimmed',
    2 ** 40,
    2 ** 45,
    { kind: 'audio', format, streamStart: false, frames: [frame(1), frame(2, 40, 400)] }
  ],
  [
    'metadata',
    8,
    34_560,
    {
      kind: 'metadata',
      fields: new Map([
        ['title', 'Böse Überraschung'],
        ['artist', '☀']
      ])
    }
  ],
  ['metadata: none', 9, 34_560, { kind: 'metadata', fields: new Map() }],
  ['end', 13, 34_560, { kind: 'end', firstEnd: 10 }],
  ['seal', 70, 307_200, { kind: 'seal', first: 0, count: 2, digest: hash(sealed) }]
]

const domain = packetDomain(broadcast)
const packets = payloads.map(([name, sequence, mediaTime, payload]) => {
  const unsigned = encodeUnsigned({ epoch: EPOCH, sequence, mediaTime }, payload)
  const message = packetMessage(domain, unsigned)
  const signature = show.sign(message)
  return {
    name,
    epoch: EPOCH,
    sequence,
    mediaTime,
    payload,
    unsigned,
    message,
    signature,
    packet: joinSignature(unsigned, signature)
  }
})

// Signals: what their bodies hold, signed by who sends them

const host = {
  candidate: 'candidate:1 1 udp 2122260223 192.0.2.10 50000 typ host',
  sdpMid: '0',
  sdpMLineIndex: 0
}
const sdp = `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=fingerprint:sha-256 ${'AB:'.repeat(31)}CD\r\n`
const contents: [string, SignalContent][] = [
  ['offer', { kind: 'offer', sdp, candidates: [host] }],
  ['answer', { kind: 'answer', sdp, candidates: [] }],
  ['candidates', { kind: 'candidates', candidates: [host] }],
  ['refused', { kind: 'refused', reason: 'all 24 links are in use' }]
]
const signals = contents.map(([name, content]) => {
  const [from, to] = [id(10), id(11)]
  const unsigned = encodeSignalBody({ negotiation: 0x01020304, content })
  const signed = signalMessage(from, to, unsigned)
  const signature = keysFromSeed(10).sign(signed)
  return { name, from, to, content, signed, signature, body: joinSignature(unsigned, signature) }
})

// Records, signed by the peers whom they name

const datedRecords = [
  { name: 'a server', n: 10, addresses: record(10).addresses, expires: EPOCH + 86_400 },
  {
    name: 'a listener that takes WebRTC too',
    n: 11,
    addresses: [WEBRTC_ADDRESS, ...record(11).addresses],
    expires: EPOCH + 7_200
  },
  { name: 'a page', n: 12, addresses: [WEBRTC_ADDRESS], expires: EPOCH }
]
const records = datedRecords.map(({ name, n, addresses, expires }) => {
  const value = { id: id(n), addresses, issued: EPOCH, expires }
  const unsigned = encodeRecord(value)
  const signed = recordMessage(broadcast, unsigned)
  const signature = keysFromSeed(n).sign(signed)
  return { name, value, unsigned, signed, signature, bytes: joinSignature(unsigned, signature) }
})
const signedRecords: SignedRecord[] = records.map(({ bytes }) => readSignedRecord(new Reader(bytes)))

// Messages

const messageValues: [string, Message][] = [
  [
    'hello',
    {
      type: 'hello',
      minVersion: 1,
      maxVersion: 3,
      peerId: id(10),
      broadcast,
      leaf: false,
      addresses: record(10).addresses
    }
  ],
  [
    'hello of a leaf',
    { type: 'hello', minVersion: 1, maxVersion: 1, peerId: id(10), broadcast, leaf: true, addresses: [] }
  ],
  ['bye', { type: 'bye', reason: 'full', text: 'all 64 links are in use', others: [record(11), record(12)] }],
  ['show', { type: 'show', certificate }],
  ['show whose key takes over', { type: 'show', certificate: nextCertificate, handover }],
  ['subscribe', { type: 'subscribe', epoch: EPOCH, stripes: 0b0101, sample: false, since: 1_000 }],
  [
    'subscribe of a newcomer',
    { type: 'subscribe', epoch: EPOCH, stripes: 0b1111, sample: true, since: SINCE_RECENT }
  ],
  [
    'grant',
    { type: 'grant', epoch: EPOCH, stripes: 0b0001, refused: 0b0100, refusal: 'loop', others: [record(13)] }
  ],
  ['path', { type: 'path', stripes: 0b0001, peers: [short(20), short(21)] }],
  ['path of the origin', { type: 'path', stripes: 0b1111, peers: [short(20)] }],
  ['want', { type: 'want', sequences: [7, 11, 12, 7 + 65_535] }],
  ['status', { type: 'status', freeSlots: 16, depth: 3 }],
  ['peers', { type: 'peers', records: signedRecords }],
  ['data', { type: 'data', hops: 2, packet: packets[0]!.packet }],
  [
    'join',
    {
      type: 'join',
      minVersion: 1,
      maxVersion: 1,
      peerId: id(10),
      broadcast,
      role: 'relay',
      freeSlots: 16,
      wanted: 8,
      addresses: [...record(10).addresses, WEBRTC_ADDRESS],
      ways: WAY.tcp | WAY.ws | WAY.wss | WAY.webrtc
    }
  ],
  [
    'welcome',
    {
      type: 'welcome',
      version: 1,
      live: true,
      peers: 100_000,
      waitMs: 0,
      candidates: [record(14), record(15)]
    }
  ],
  ['welcome to wait', { type: 'welcome', version: 1, live: false, peers: 1, waitMs: 5_000, candidates: [] }],
  ['ask', { type: 'ask', wanted: 8, except: [short(14), short(15)], ways: WAY.ws | WAY.webrtc }],
  ['lease', { type: 'lease', freeSlots: 0, depth: 255 }],
  [
    'refused',
    { type: 'refused', reason: 'version', text: 'you speak versions 2 to 3, this tracker speaks 1' }
  ],
  ['challenge', { type: 'challenge', seed: id(30).slice(0, 16), bits: 12, waitMs: 30_000 }],
  ['work', { type: 'work', nonce: id(31).slice(0, 8) }],
  ...signals.map(({ name, from, to, body }): [string, Message] => [
    `signal: ${name}`,
    { type: 'signal', to, from, body }
  ]),
  ['unreachable', { type: 'unreachable', peer: id(11) }]
]
const messages = messageValues.map(([name, value]) => ({ name, value, bytes: encodeMessage(value) }))

// Bytes that are no messages, and bytes that only look so

function framed(type: number, ...parts: (Uint8Array | number[])[]): Uint8Array {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)))
  return new Uint8Array(Buffer.concat([Uint8Array.of(type, body.length >>> 8, body.length & 0xff), body]))
}

const bodyOf = (name: string): Uint8Array => messages.find((message) => message.name === name)!.bytes.slice(3)
const lastByteOf = (name: string, value: number): Uint8Array => {
  const body = bodyOf(name)
  body[body.length - 1] = value
  return body
}
const changed = (name: string, at: number, ...values: number[]): Uint8Array => {
  const body = bodyOf(name)
  body.set(values, at)
  return body
}
const nameAt = 34 // in a HELLO: two versions, a peer's id, then the publisher's key
const badBytes: [string, Uint8Array][] = [
  ['a length beyond the end', Uint8Array.of(MESSAGE_TYPE.status, 0, 9, 0, 1, 1)],
  [
    'half a header behind a whole message',
    Uint8Array.of(...framed(MESSAGE_TYPE.status, [0, 1, 1]), MESSAGE_TYPE.status)
  ],
  ['hello: versions reversed', framed(MESSAGE_TYPE.hello, changed('hello', 0, 3, 1))],
  ['hello: five addresses', framed(MESSAGE_TYPE.hello, lastByteOf('hello of a leaf', 5))],
  ['hello: name that is not UTF-8', framed(MESSAGE_TYPE.hello, changed('hello', nameAt + 33, 0xff))],
  [
    'hello: name with an overlong slash',
    framed(MESSAGE_TYPE.hello, changed('hello', nameAt + 33, 0xc0, 0xaf))
  ],
  ['hello: name with a control character', framed(MESSAGE_TYPE.hello, changed('hello', nameAt + 33, 0x1b))],
  ['hello: name of 65 bytes', framed(MESSAGE_TYPE.hello, changed('hello', nameAt + 32, 65))],
  ['hello: empty name', framed(MESSAGE_TYPE.hello, changed('hello', nameAt + 32, 0))],
  ['path: seventeen peers', framed(MESSAGE_TYPE.path, [0, 1, 17], new Uint8Array(17 * 8))],
  ['want: sixty-five sequences', framed(MESSAGE_TYPE.want, [0, 0, 0, 0, 0, 1, 64], new Uint8Array(128))],
  ['want: not ascending', framed(MESSAGE_TYPE.want, [0, 0, 0, 0, 0, 1, 2, 0, 5, 0, 5])],
  [
    'signal: a body of 12,289 bytes',
    framed(MESSAGE_TYPE.signal, new Uint8Array(64), [0x30, 0x01], new Uint8Array(12_289))
  ],
  ['peers: seventeen records', framed(MESSAGE_TYPE.peers, [17], new Uint8Array(17 * 109))],
  ['peers: a record without an address', framed(MESSAGE_TYPE.peers, [1], new Uint8Array(109))],
  [
    'peers: a record that is good for a day and a second',
    framed(
      MESSAGE_TYPE.peers,
      [1],
      encodeRecord({ ...records[0]!.value, expires: EPOCH + 86_401 }),
      new Uint8Array(64)
    )
  ],
  [
    'peers: a record that ends before it begins',
    framed(
      MESSAGE_TYPE.peers,
      [1],
      encodeRecord({ ...records[0]!.value, expires: EPOCH - 1 }),
      new Uint8Array(64)
    )
  ],
  ['welcome: seventeen candidates', framed(MESSAGE_TYPE.welcome, lastByteOf('welcome to wait', 17))],
  ['ask: sixty-five to except', framed(MESSAGE_TYPE.ask, [8, 65], new Uint8Array(65 * 8))],
  ['bye: text that is not UTF-8', framed(MESSAGE_TYPE.bye, [0, 1, 0x80, 0])],
  ['longer than any message may be', new Uint8Array(16 * 1024 + 1)]
]
const errorOf = (bytes: Uint8Array): string => {
  try {
    decodeMessages(bytes)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error(`no error: ${hex(bytes)}`)
}
const malformed = badBytes.map(([name, bytes]) => ({ name, bytes, error: errorOf(bytes) }))

const tolerated = [
  ['nothing', new Uint8Array()],
  [
    'an unknown type is skipped',
    Uint8Array.of(...framed(0x7f, [1, 2, 3]), ...framed(MESSAGE_TYPE.status, [0, 1, 1]))
  ],
  ['fields behind the known ones are not looked at', framed(MESSAGE_TYPE.status, [0, 1, 1, 99, 99])],
  ['an unknown flag is ignored', framed(MESSAGE_TYPE.subscribe, changed('subscribe', 6, 0xfe))],
  [
    'a JOIN that says nothing of ways can dial all',
    framed(MESSAGE_TYPE.join, bodyOf('join').slice(0, -1))
  ],
  ['an unknown reason reads as closing', framed(MESSAGE_TYPE.bye, [200, 0, 0])],
  ['an unknown refusal reads as full', framed(MESSAGE_TYPE.grant, changed('grant', 8, 200))],
  [
    'an unknown role reads as listener',
    framed(MESSAGE_TYPE.join, changed('join', 34 + 33 + Buffer.byteLength(broadcast.name), 200))
  ]
].map(([name, bytes]) => ({ name, bytes, values: decodeMessages(bytes as Uint8Array) }))

// Signatures: what must be accepted, and what must not

const first = packets[0]!
const { message, signature } = first
const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice()
  copy[bit >>> 3]! ^= 1 << (bit & 7)
  return copy
}
const signatureOf = (r: Uint8Array, s: bigint): Uint8Array => joinSignature(r, littleEndian(s)).slice(0, 64)
const s = fromLittleEndian(signature.subarray(32))
const identity = encodePoint(IDENTITY)
const identityNonCanonical = littleEndian(P + 1n)
const identityNegative = flipped(identity, 255)
/** A signature with a nonce of 0: R is the identity. Only who has the key can make it, and it gives the key away. */
const withR = (r: Uint8Array): Uint8Array =>
  signatureOf(r, mod(challenge(r, show.publicKey, message) * scalarOf(showSeed), L))
const ofOrder = (y: bigint, odd = false): Uint8Array => encodePoint(pointOf(mod(y), odd)!)
const Y_OF_ORDER_EIGHT = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
const smallKeys: [string, Uint8Array][] = [
  ['two', ofOrder(-1n)],
  ['four', ofOrder(0n)],
  ['four, the other', ofOrder(0n, true)],
  ['eight', ofOrder(Y_OF_ORDER_EIGHT)],
  ['eight, the second', ofOrder(Y_OF_ORDER_EIGHT, true)],
  ['eight, the third', ofOrder(-Y_OF_ORDER_EIGHT)],
  ['eight, the fourth', ofOrder(-Y_OF_ORDER_EIGHT, true)]
]
/** Under a key of small order every message whose challenge is a multiple of eight is "signed" by R = identity, S = 0. */
const luckyMessage = (smallKey: Uint8Array): Uint8Array => {
  for (let n = 0; ; n++) {
    const text = new Uint8Array(Buffer.from(`treecast packet v1\0 forged ${n}`))
    if (challenge(identity, smallKey, text) % 8n === 0n) return text
  }
}
const otherDomain = packetMessage(
  new Uint8Array(Buffer.from(hex(domain).replace('7631', '7632'), 'hex')),
  first.unsigned
)
const otherBroadcast = packetMessage(packetDomain({ ...broadcast, name: 'Evening show ☾' }), first.unsigned)
const otherEpoch = packetMessage(
  domain,
  encodeUnsigned({ epoch: EPOCH + 1, sequence: 0, mediaTime: 0 }, payloads[0]![3])
)

type SignatureCase = [
  name: string,
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  valid: boolean
]
const cases: SignatureCase[] = [
  ['a packet of the show key', show.publicKey, message, signature, true],
  ['a certificate of the root key', root.publicKey, signedBody, certificateSignature, true],
  ['one bit of the message flipped', show.publicKey, flipped(message, 300), signature, false],
  ['one bit of R flipped', show.publicKey, message, flipped(signature, 3), false],
  ['one bit of S flipped', show.publicKey, message, flipped(signature, 300), false],
  ['another key', root.publicKey, message, signature, false],
  ['another epoch', show.publicKey, otherEpoch, signature, false],
  ['another broadcast of the same publisher', show.publicKey, otherBroadcast, signature, false],
  ['another domain tag', show.publicKey, otherDomain, signature, false],
  ["a certificate's signature for a packet", root.publicKey, message, certificateSignature, false],
  ['S + L for S', show.publicKey, message, signatureOf(signature.slice(0, 32), s + L), false],
  ['S = L', show.publicKey, message, signatureOf(signature.slice(0, 32), L), false],
  [
    'key: the identity, which signs every message with R = identity and S = 0',
    identity,
    message,
    signatureOf(identity, 0n),
    false
  ],
  ['key: the identity with the sign of −0', identityNegative, message, signatureOf(identity, 0n), false],
  ['key: the identity, y = p + 1', identityNonCanonical, message, signatureOf(identity, 0n), false],
  ...smallKeys.map(([order, smallKey]): SignatureCase => [
    `key: a point of order ${order}, and a message that suits it`,
    smallKey,
    luckyMessage(smallKey),
    signatureOf(identity, 0n),
    false
  ]),
  ['R: the identity, signed with the key', show.publicKey, message, withR(identity), false],
  [
    'R: the identity, y = p + 1, signed with the key',
    show.publicKey,
    message,
    withR(identityNonCanonical),
    false
  ],
  [
    'R: the identity with the sign of −0, signed with the key',
    show.publicKey,
    message,
    withR(identityNegative),
    false
  ],
  [
    'R: not canonical, y = 2^255 − 1',
    show.publicKey,
    message,
    signatureOf(littleEndian(2n ** 255n - 1n), s),
    false
  ],
  ['a signature of zeros', show.publicKey, message, new Uint8Array(64), false],
  ['a signature of 63 bytes', show.publicKey, message, signature.slice(0, 63), false],
  ['a signature of 65 bytes', show.publicKey, message, new Uint8Array([...signature, 0]), false],
  ['a key of zeros', new Uint8Array(32), message, signature, false]
]
const accepts = (key: Uint8Array, text: Uint8Array, sig: Uint8Array): boolean => {
  try {
    return checkSignature(key, text, sig)
  } catch {
    return false
  }
}
const signatures = cases.map(([name, key, text, sig, valid]) => ({
  name,
  key,
  message: text,
  signature: sig,
  valid,
  /** Whether OpenSSL, which checks less, accepts it: where it does, only our own rules stand between. */
  opensslAccepts: accepts(key, text, sig)
}))

// Tickets

const ticketText = ticketToText(signedRecords)
const base32 = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += 'abcdefghijklmnopqrstuvwxyz234567'[(value >>> (bits - 5)) & 31]!
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + 'abcdefghijklmnopqrstuvwxyz234567'[(value << (5 - bits)) & 31]!
}
const ticketBytes = encodeTicket(signedRecords)
const badTickets = [
  '',
  '0',
  `${ticketText}=`,
  ticketText.slice(0, -1),
  ticketText.slice(0, -40),
  base32(Uint8Array.of(2, ...ticketBytes.subarray(1))),
  base32(Uint8Array.of(1, 0)),
  base32(Uint8Array.of(1, 9, ...ticketBytes.subarray(2))),
  base32(Uint8Array.of(...ticketBytes, 0)),
  'a'.repeat(4_097)
].map((text) => {
  try {
    ticketFromText(text)
  } catch (error) {
    if (error instanceof WireError) return { text, error: error.message }
  }
  throw new Error(`no WireError: ${text}`)
})

// Links

const key = keyToText(root.publicKey)
const goodLinks = [
  `treecast:${key}/test`,
  `treecast:${key}/Morning%20show%20%E2%98%80?tr=ws://tracker.example:8080`,
  `treecast:${key}/a%2Fb%3Fc?tr=wss://tracker.example/path%3Fa%3D1&tr=ws://[2001:db8::1]:80`,
  `TREECAST:${key.toUpperCase()}/test`,
  `treecast:${key}/test?tr=ws://a&tr=ws://a`,
  `treecast:${key}/test?tr=ws://a&ticket=${ticketText}`,
  `treecast:${key}/test?ticket=${ticketText.toUpperCase()}&tr=ws://a`
]
const links = goodLinks.map((text) => ({
  text,
  value: parseLink(text),
  canonical: formatLink(parseLink(text))
}))
const badLinks = [
  '',
  'http://example.com',
  'treecast:',
  `treecast:${key}`,
  `treecast:${key}/`,
  `treecast:${key}/?tr=ws://a`,
  `treecast:${key.slice(1)}/test`,
  `treecast:${key.slice(0, 51)}1/test`,
  `treecast:${key.slice(0, 51)}b/test`,
  `treecast:${key}/a%0ab`,
  `treecast:${key}/a%zz`,
  `treecast:${key}/a%ff`,
  `treecast:${key}/${'x'.repeat(65)}`,
  `treecast:${key}/test?`,
  `treecast:${key}/test?tr`,
  `treecast:${key}/test?tr=`,
  `treecast:${key}/test?tr=http://example.com`,
  `treecast:${key}/test?tr=ws://user@host`,
  `treecast:${key}/test?tr=ws://host/a%20b`,
  `treecast:${key}/test?tr=ws://host%23fragment`,
  `treecast:${key}/test?x=1`,
  `treecast:${key}/test?ticket=${ticketText.slice(0, 200)}`,
  `treecast:${key}/test?ticket=${ticketText}&ticket=${ticketText}`,
  `treecast:${key}/test?tr=ws://${'a'.repeat(260)}`,
  `treecast:${key}/test?${Array.from({ length: 9 }, (_, i) => `tr=ws://t${i}`).join('&')}`,
  `treecast:${key}/test?tr=${'a'.repeat(8192)}`
].map((text) => {
  try {
    parseLink(text)
  } catch (error) {
    if (error instanceof TreecastError) return { text, error: error.message }
  }
  throw new Error(`no TreecastError: ${text}`)
})

// A proof: all kinds of records, and packets that are like the one before

const proofFormat = (flags: number, endTrim: number): Uint8Array =>
  Uint8Array.of(2, flags, 1, 56, 255, 0, endTrim >>> 8, endTrim & 255)
const digest = (n: number): Uint8Array => payloadDigest(hash(Uint8Array.of(n)))
const proofSignature = new Uint8Array(64).fill(0x51)
const title = Uint8Array.of(1, 1, 116, 0, 1, 97)
const at = (kind: number, sequence: number, mediaTime: number) => ({ kind, epoch: EPOCH, sequence, mediaTime })
const entries: ProofEntry[] = [
  { type: 'certificate', bytes: certificate },
  { type: 'packet', packet: { ...at(1, 0, 0), payload: title, signature: proofSignature } },
  {
    type: 'packet',
    packet: { ...at(0, 1, 0), digest: digest(1), audio: { format: proofFormat(1, 0), frames: 5, duration: 4800 } }
  },
  {
    type: 'packet',
    packet: { ...at(0, 2, 4800), digest: digest(2), audio: { format: proofFormat(0, 0), frames: 5, duration: 4800 } }
  },
  { type: 'packet', packet: { ...at(1, 3, 9600), payload: title } },
  { type: 'absent', packet: { ...at(0, 4, 9600), digest: digest(4) } },
  {
    type: 'packet',
    packet: {
      ...at(0, 7, 24_000),
      digest: digest(7),
      audio: { format: proofFormat(0, 400), frames: 2, duration: 1920 },
      signature: proofSignature
    }
  },
  { type: 'packet', packet: { ...at(2, 8, 25_920), payload: Uint8Array.of(0, 0, 0, 0, 0, 8), signature: proofSignature } },
  { type: 'closed' }
]

// About the past

const heldOf = (over: boolean): PastMessage => ({
  type: 'held',
  epoch: EPOCH,
  over,
  ranges: [
    { first: 0, end: 700, from: 0, to: 3_355_200 },
    { first: 712, end: 2 ** 40, from: 3_412_800, to: 2 ** 45 }
  ],
  others: [record(12)]
})
const pastValues: [string, PastMessage][] = [
  ['held', heldOf(false)],
  ['held: of a show that is over', heldOf(true)],
  ['held: nothing, but neighbours do', { type: 'held', epoch: EPOCH, over: false, ranges: [], others: [record(12), record(13)] }],
  ['recall: by sequence', { type: 'recall', request: 0x0102, epoch: EPOCH, by: 'sequence', from: 2 ** 40, count: 64 }],
  ['recall: by time', { type: 'recall', request: 0xffff, epoch: EPOCH, by: 'time', from: 36_000_000, count: 1 }],
  [
    'past: a part of an answer',
    { type: 'past', request: 0x0102, more: true, busy: false, packets: [packets[0]!.packet, packets[3]!.packet] }
  ],
  ['past: its end', { type: 'past', request: 0x0102, more: false, busy: false, packets: [packets[5]!.packet] }],
  ['past: ask again later', { type: 'past', request: 0x0102, more: false, busy: true, packets: [] }],
  ['past: nothing of it is here', { type: 'past', request: 0x0102, more: false, busy: false, packets: [] }]
]
const about = pastValues.map(([name, value]) => ({ name, value, bytes: encodeMessage(encodePastMessage(value)) }))
const pastChanged = (name: string, at: number, ...values: number[]): Uint8Array => {
  const bytes = about.find((each) => each.name === name)!.bytes.slice()
  bytes.set(values, 3 + at)
  return bytes
}
const badPast: [string, Uint8Array][] = [
  ['held: seventeen ranges', pastChanged('held', 5, 17)],
  ['held: a range that is empty', pastChanged('held', 12, 0, 0, 0, 0, 0, 0)],
  ['held: ranges that touch', pastChanged('held', 30, 0, 0, 0, 0, 0x02, 0xbc)],
  ['held: a media time that falls', pastChanged('held', 42, 0, 0, 0, 0, 0, 1)],
  ['recall: of nothing', pastChanged('recall: by time', 13, 0)],
  ['recall: of sixty-five', pastChanged('recall: by time', 13, 65)],
  ['past: more packets than can be recalled', pastChanged('past: its end', 3, 65)],
  ['past: a packet longer than the message', pastChanged('past: its end', 4, 0xff)]
]
const pastRefusals = badPast.map(([name, bytes]) => {
  const [message] = decodeMessages(bytes)
  try {
    if (message?.type === 'about-past') decodePastMessage(message)
  } catch (error) {
    if (error instanceof WireError) return { name, bytes, error: error.message }
    throw error
  }
  throw new Error(`"${name}" was read`)
})

export const vectors: Readonly<Record<string, unknown>> = {
  messages,
  malformed,
  tolerated,
  packets: { broadcast, domain, showKey: show.publicKey, packets },
  certificate: {
    value: certificateBody,
    body: bodyBytes,
    message: signedBody,
    signature: certificateSignature,
    bytes: certificate,
    continuing: { value: nextBody, bytes: nextCertificate, handover, handoverMessage: handedMessage }
  },
  signals: { from: id(10), to: id(11), negotiation: 0x01020304, signals: signals.map(({ name, content, signed, signature, body }) => ({ name, content, signed, signature, body })) },
  proofs: { sealed, sealDigest: hash(sealed), entries, bytes: encodeProof(entries) },
  past: { valid: about, malformed: pastRefusals },
  signatures,
  records: { broadcast, records },
  tickets: { valid: [{ text: ticketText, records: signedRecords }], malformed: badTickets },
  links: { valid: links, malformed: badLinks }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, value] of Object.entries(vectors)) {
    writeFileSync(new URL(`${name}.json`, import.meta.url), toJson(value))
  }
}
