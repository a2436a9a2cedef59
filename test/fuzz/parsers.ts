/** Everything that reads what strangers wrote, and good examples of it to begin with. */

import { OpusReader } from '../../src/audio/ogg/opus-reader.js'
import { TreecastError } from '../../src/protocol/errors.js'
import { Peer } from '../../src/protocol/peer.js'
import { Tracker } from '../../src/protocol/tracker.js'
import type { BroadcastId } from '../../src/protocol/wire/broadcast.js'
import { decodeCertificate } from '../../src/protocol/wire/certificate.js'
import { WireError } from '../../src/protocol/wire/cursor.js'
import { parseLink } from '../../src/protocol/wire/link.js'
import { decodeMessages } from '../../src/protocol/wire/tracker-side.js'
import { readPacket, readPayload } from '../../src/protocol/wire/packet.js'
import { decodeSignalBody } from '../../src/protocol/wire/signal.js'
import { ticketFromText } from '../../src/protocol/wire/ticket.js'
import { readProof } from '../../src/recording/proof.js'
import { parseScenario } from '../../src/sim/scenario/schema.js'
import { shippedScenarios } from '../../src/sim/scenario/shipped/index.js'
import { frame, FrameDecoder, FrameError } from '../../src/transport/framing.js'
import { frames, stream } from '../audio/made.js'
import { makeShow, record } from '../recording/made.js'
import { vectors } from '../vectors/generate.js'

const { messages, signals, packets, certificate, links, tickets } = vectors as {
  messages: { bytes: Uint8Array }[]
  signals: { signals: { body: Uint8Array }[] }
  packets: { broadcast: BroadcastId; packets: { packet: Uint8Array }[] }
  certificate: { bytes: Uint8Array }
  links: { valid: { text: string }[]; malformed: { text: string }[] }
  tickets: { valid: { text: string }[] }
}

export interface Parser {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  /** Of a thousand inputs so many. */
  readonly share: number
  /** Reads an input. @throws one of our own errors, or it is a bug; `parses` tells them apart */
  readonly parse: (bytes: Uint8Array) => unknown
}

const fromText = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const MESSAGES = messages.map(({ bytes }) => bytes)

export const parsers: readonly Parser[] = [
  { name: 'messages', seeds: MESSAGES, share: 380, parse: decodeMessages },
  { name: 'signals', seeds: signals.signals.map(({ body }) => body), share: 60, parse: decodeSignalBody },
  {
    name: 'packets',
    seeds: packets.packets.map(({ packet }) => packet),
    share: 120,
    parse: (bytes) => readPayload(readPacket(bytes))
  },
  {
    name: 'certificates',
    seeds: [certificate.bytes],
    share: 50,
    parse: (bytes) => decodeCertificate(bytes, packets.broadcast)
  },
  {
    name: 'links',
    seeds: [...links.valid, ...links.malformed].map(({ text }) => fromText(text)),
    share: 50,
    parse: (bytes) => parseLink(toText(bytes))
  },
  {
    name: 'tickets',
    seeds: tickets.valid.map(({ text }) => fromText(text)),
    share: 30,
    parse: (bytes) => ticketFromText(toText(bytes))
  },
  {
    name: 'frames of a byte stream',
    seeds: [Uint8Array.from([...MESSAGES.slice(0, 6)].flatMap((bytes) => [...frame(bytes).subarray()]))],
    share: 50,
    parse: unframed
  },
  { name: 'Ogg Opus', seeds: [stream(frames(3))], share: 120, parse: readOgg },
  { name: 'proofs', seeds: [record([makeShow({ frames: 40 })]).proof], share: 60, parse: provedOrNot },
  {
    name: 'scenarios',
    seeds: Object.values(shippedScenarios).map((scenario) => fromText(JSON.stringify(scenario))),
    share: 10,
    parse: (bytes) => parseScenario(toText(bytes), 'here')
  },
  { name: 'a tracker', seeds: MESSAGES, share: 40, parse: toldToTracker },
  { name: 'a peer', seeds: MESSAGES, share: 30, parse: toldToPeer }
]

/** Whether the input was taken. Whatever else is thrown is a parser's bug, and goes on. */
export function parses({ parse }: Parser, bytes: Uint8Array): boolean {
  try {
    parse(bytes)
    return true
  } catch (error) {
    if (error instanceof WireError || error instanceof TreecastError || error instanceof FrameError)
      return false
    throw error
  }
}

/** In two chunks, as a network may give them. */
function unframed(bytes: Uint8Array): void {
  const decoder = new FrameDecoder(16 * 1024)
  const half = bytes.length >> 1
  for (const chunk of [bytes.subarray(0, half), bytes.subarray(half)]) Array.from(decoder.push(chunk))
  decoder.end()
}

function readOgg(bytes: Uint8Array): void {
  const reader = new OpusReader()
  Array.from(reader.push(bytes))
  Array.from(reader.end())
}

/** A proof has no error: it tells what was wrong with it. */
function provedOrNot(bytes: Uint8Array): void {
  const proof = readProof(bytes)
  if (proof === undefined || proof.problem !== undefined) throw new WireError('no proof')
}

const NOW = Date.UTC(2024, 7, 12)
const tracker = new Tracker({ seed: 1 })
let connections = 0

/** A connection that says this first, to a tracker that lives through all of them. */
function toldToTracker(bytes: Uint8Array): void {
  const link = connections++
  const now = NOW + link
  tracker.step({ type: 'opened', link }, now)
  const outputs = tracker.step({ type: 'received', link, bytes }, now)
  tracker.step({ type: 'closed', link }, now)
  if (outputs.some(({ type }) => type === 'close')) throw new WireError('refused')
}

const ID = new Uint8Array(32).fill(9)
let linked = 0
let peer = newPeer()

function newPeer(): Peer {
  const self = { id: ID, addresses: ['here'] }
  const made = new Peer({ self, broadcast: packets.broadcast, trackers: [], role: 'listener', seed: 1 })
  made.step({ type: 'start' }, NOW)
  return made
}

/** A link that says this first, to a peer that lives through all of them; checks are answered with no. */
function toldToPeer(bytes: Uint8Array): void {
  const link = linked++
  const now = NOW + link
  peer.step({ type: 'opened', link, dialled: undefined, remoteId: undefined }, now)
  const outputs = peer.step({ type: 'received', link, bytes }, now)
  for (const output of outputs)
    if (output.type === 'verify') peer.step({ type: 'verified', check: output.check, valid: false }, now)
  peer.step({ type: 'closed', link }, now)
  if (outputs.some(({ type }) => type === 'done')) peer = newPeer()
  if (outputs.some(({ type }) => type === 'close')) throw new WireError('refused')
}
