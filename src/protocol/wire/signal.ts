/**
 * The body of a SIGNAL: one step of a WebRTC negotiation between two peers, signed by who made it. The signature covers
 * the description with its DTLS fingerprint, so whoever ends up on the other side of the connection holds the key of
 * the peer that was meant, whatever those did who brought the signals.
 *
 *     kind u8 · negotiation u32 · content · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import { MAX_CANDIDATE_BYTES, MAX_ICE_CANDIDATES, MAX_REASON_BYTES, MAX_SDP_BYTES } from '../limits.js'
import { KEY_BYTES } from './broadcast.js'
import { SIGNATURE_BYTES } from './certificate.js'
import { Reader, WireError, Writer } from './cursor.js'
import type { PeerId } from './record.js'

const DOMAIN = fromString('treecast signal v1\0')

const KIND = { offer: 0, answer: 1, candidates: 2, refused: 3 } as const

/** An ICE candidate, as RTCPeerConnection gives it. */
export interface IceCandidate {
  readonly candidate: string
  readonly sdpMid: string
  readonly sdpMLineIndex: number
}

export type SignalContent =
  /** The SDP, and the candidates that were found by then. */
  | {
      readonly kind: 'offer' | 'answer'
      readonly sdp: string
      readonly candidates: readonly IceCandidate[]
    }
  /** What was found later. */
  | { readonly kind: 'candidates'; readonly candidates: readonly IceCandidate[] }
  /** An offer is not taken. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface SignalBody {
  /** Chosen by who offers; the answer carries the same. */
  readonly negotiation: number
  readonly content: SignalContent
}

/** The body without its signature. */
export function encodeSignalBody({ negotiation, content }: SignalBody): Uint8Array {
  const writer = new Writer(1024)
  writer.u8(KIND[content.kind]).u32(negotiation)
  switch (content.kind) {
    case 'offer':
    case 'answer':
      writer.text(2, content.sdp, MAX_SDP_BYTES)
      writeCandidates(writer, content.candidates)
      break
    case 'candidates':
      writeCandidates(writer, content.candidates)
      break
    case 'refused':
      writer.text(1, content.reason, MAX_REASON_BYTES - 1)
      break
  }
  return writer.finish()
}

/** What is signed: who says what to whom. */
export function signalMessage(from: PeerId, to: PeerId, unsigned: Uint8Array): Uint8Array {
  return new Writer(DOMAIN.length + 2 * KEY_BYTES + unsigned.length)
    .put(DOMAIN)
    .put(from)
    .put(to)
    .put(unsigned)
    .finish()
}

/**
 * Reads a signed body. The signature is not checked here.
 *
 * @throws WireError if it is malformed, or of a kind that is not known.
 */
export function decodeSignalBody(bytes: Uint8Array): {
  body: SignalBody
  unsigned: Uint8Array
  signature: Uint8Array
} {
  const end = bytes.length - SIGNATURE_BYTES
  if (end < 0) throw new WireError(`a signal of ${bytes.length} B`)
  const unsigned = bytes.subarray(0, end)
  const reader = new Reader(unsigned)
  const kind = reader.u8()
  const negotiation = reader.u32()
  const content = readContent(kind, reader)
  reader.end()
  return { body: { negotiation, content }, unsigned, signature: bytes.subarray(end) }
}

function readContent(kind: number, reader: Reader): SignalContent {
  switch (kind) {
    case KIND.offer:
    case KIND.answer: {
      const sdp = reader.text(2, MAX_SDP_BYTES)
      return { kind: kind === KIND.offer ? 'offer' : 'answer', sdp, candidates: readCandidates(reader) }
    }
    case KIND.candidates:
      return { kind: 'candidates', candidates: readCandidates(reader) }
    case KIND.refused:
      return { kind: 'refused', reason: reader.text(1, MAX_REASON_BYTES) }
    default:
      throw new WireError(`a signal of kind ${kind}`)
  }
}

function writeCandidates(writer: Writer, candidates: readonly IceCandidate[]): void {
  if (candidates.length > MAX_ICE_CANDIDATES) throw new RangeError(`${candidates.length} candidates`)
  writer.u8(candidates.length)
  for (const { candidate, sdpMid, sdpMLineIndex } of candidates) {
    writer.text(2, candidate, MAX_CANDIDATE_BYTES).text(1, sdpMid, MAX_MID_BYTES).u8(sdpMLineIndex)
  }
}

function readCandidates(reader: Reader): IceCandidate[] {
  const count = reader.u8()
  if (count > MAX_ICE_CANDIDATES) throw new WireError(`${count} candidates: at most ${MAX_ICE_CANDIDATES}`)
  return Array.from({ length: count }, () => ({
    candidate: reader.text(2, MAX_CANDIDATE_BYTES),
    sdpMid: reader.text(1, MAX_MID_BYTES),
    sdpMLineIndex: reader.u8()
  }))
}

/** An SDP's identification tag (RFC 5888); browsers write one digit. */
const MAX_MID_BYTES = 32
