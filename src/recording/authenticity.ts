/**
 * Whether a proof is its publisher's: each certificate by the publisher's key; each packet by the show key's own signature, or by
 * that of a seal under which it lies.
 */

import { opusDuration } from '../protocol/media/frame.js'
import { isCanonicalSignature, isSoundKey } from '../protocol/media/signature.js'
import { type BroadcastId, readBroadcastId } from '../protocol/wire/broadcast.js'
import { type Certificate, decodeCertificate } from '../protocol/wire/certificate.js'
import { equal, Reader, WireError } from '../protocol/wire/cursor.js'
import { ENCRYPTED, nonceOf } from '../protocol/wire/group-key.js'
import {
  encodeHeader,
  PACKET_KIND,
  packetDomain,
  packetMessage,
  readSealPayload
} from '../protocol/wire/packet.js'
import { payloadDigest, type SealedPacket, sealList } from '../protocol/wire/seal.js'
import type { Contents } from './contents.js'
import { type Hash, payloadAt } from './payloads.js'
import type { ProofEntry, ProvenPacket } from './proof.js'

/** Whether an Ed25519 signature is right, at once or later. */
export type Verify = (
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
) => boolean | Promise<boolean>

export type Encrypt = (what: {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly head: Uint8Array
  readonly payload: Uint8Array
}) => Promise<Uint8Array>

export interface Cryptography {
  /** SHA-256. */
  readonly hash: Hash
  readonly verify: Verify
  /** AES-256-GCM: the ciphertext, with the tag behind it. */
  readonly encrypt: Encrypt
}

export interface Authenticity {
  /** Whose it says to be; undefined where it says nothing. */
  readonly broadcast: BroadcastId | undefined
  /** Certificates that are the publisher's, in their order. */
  readonly certificates: readonly Certificate[]
  /** Packets that nothing proves, in their order. */
  readonly unproven: ReadonlySet<ProvenPacket>
  /** Signatures that were checked. */
  readonly checks: number
  /** Whether every packet of the show is here, its end too. */
  readonly isWhole: boolean
}

/** What of one certificate is here. */
interface Checked {
  /** The first and the last sequence; all between them are here and proved, if any is. */
  readonly first: number
  readonly last: number
  readonly hasNoHole: boolean
  /** Whether the last is the show's end. */
  readonly ends: boolean
}

/** A packet of one certificate, and whether it is proved. */
interface Known {
  readonly header: SealedPacket
  readonly packet: ProvenPacket | undefined
  proved: boolean
  /** With what it was encrypted when it was signed. */
  readonly key: Uint8Array | undefined
}

/** What is under one certificate. */
interface Section {
  readonly certificate: Uint8Array
  readonly packets: ProofEntry[]
}

/** @param frameOf the frame with which a packet begins in the file; −1 or undefined where it is not in place */
export async function authenticate(
  entries: readonly ProofEntry[],
  contents: Contents,
  frameOf: (packet: ProvenPacket) => number | undefined,
  crypto: Cryptography
): Promise<Authenticity> {
  const unproven = new Set<ProvenPacket>()
  const certificates: Certificate[] = []
  const sections = sectionsOf(entries, unproven)
  const broadcast = broadcastOf(sections[0]?.certificate)
  let checks = 0
  let isWhole = true
  let next = 0
  let hasEnded = false
  for (const { certificate: bytes, packets } of sections) {
    const certificate = broadcast && (await certificateOf(bytes, broadcast, crypto))
    checks++
    if (certificate === undefined || certificate.epoch <= (certificates.at(-1)?.epoch ?? -1)) {
      for (const entry of packets) if (entry.type === 'packet') unproven.add(entry.packet)
      isWhole = false
      continue
    }
    certificates.push(certificate)
    const checker = new Checker(certificate, contents, frameOf, crypto)
    const { first, last, hasNoHole, ends } = await checker.check(packets, unproven)
    // Of several shows none is the whole.
    const goesOn = certificates.length === 1 || certificate.continues === true
    isWhole &&= goesOn && first === next && hasNoHole && !hasEnded
    next = last + 1
    hasEnded = ends
    checks += checker.checks
  }
  return { broadcast, certificates, unproven, checks, isWhole: isWhole && hasEnded }
}

function sectionsOf(entries: readonly ProofEntry[], unproven: Set<ProvenPacket>): Section[] {
  const sections: Section[] = []
  for (const entry of entries) {
    if (entry.type === 'certificate') sections.push({ certificate: entry.bytes, packets: [] })
    else if (sections.length > 0) sections.at(-1)!.packets.push(entry)
    else if (entry.type === 'packet') unproven.add(entry.packet)
  }
  return sections
}

function broadcastOf(certificate: Uint8Array | undefined): BroadcastId | undefined {
  try {
    return certificate && readBroadcastId(new Reader(certificate))
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** @returns undefined for one that the publisher has not signed for this broadcast. Recordings outlive its dates. */
async function certificateOf(
  bytes: Uint8Array,
  broadcast: BroadcastId,
  { verify }: Cryptography
): Promise<Certificate | undefined> {
  try {
    const { certificate, message, signature } = decodeCertificate(bytes, broadcast)
    const isSound =
      isSoundKey(broadcast.publisher) && isSoundKey(certificate.showKey) && isCanonicalSignature(signature)
    return isSound && (await verify(broadcast.publisher, message, signature)) ? certificate : undefined
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

class Checker {
  checks = 0
  private readonly certificate: Certificate
  private readonly domain: Uint8Array
  private readonly contents: Contents
  private readonly frameOf: (packet: ProvenPacket) => number | undefined
  private readonly crypto: Cryptography
  private readonly known = new Map<number, Known>()

  constructor(
    certificate: Certificate,
    contents: Contents,
    frameOf: (packet: ProvenPacket) => number | undefined,
    crypto: Cryptography
  ) {
    this.certificate = certificate
    this.domain = packetDomain(certificate.broadcast)
    this.contents = contents
    this.frameOf = frameOf
    this.crypto = crypto
  }

  async check(entries: readonly ProofEntry[], unproven: Set<ProvenPacket>): Promise<Checked> {
    let last = -1
    let key: Uint8Array | undefined
    for (const entry of entries) {
      if (entry.type === 'key') key = entry.key
      if (entry.type !== 'packet' && entry.type !== 'absent') continue
      const { packet } = entry
      // A sequence never stands still, so each packet is here once, and all in their order.
      if (packet.sequence <= last || packet.epoch !== this.certificate.epoch) {
        if (entry.type === 'packet') unproven.add(entry.packet)
        continue
      }
      last = packet.sequence
      await this.learn(entry, key)
    }
    for (const each of this.known.values()) await this.checkSeal(each)
    for (const each of this.known.values()) {
      const { packet, proved } = each
      if (packet === undefined) continue
      const isProved = proved || (await this.isSigned(packet, each.key))
      if (!isProved || !this.hasItsDuration(packet)) unproven.add(packet)
    }
    return this.summary(unproven)
  }

  private async learn(
    entry: Extract<ProofEntry, { type: 'packet' | 'absent' }>,
    key: Uint8Array | undefined
  ): Promise<void> {
    const packet = entry.type === 'packet' ? entry.packet : undefined
    let digest = entry.packet.digest
    if (digest === undefined) {
      const hashed = this.crypto.hash(packet!.payload!)
      digest = payloadDigest(hashed instanceof Promise ? await hashed : hashed)
    }
    this.known.set(entry.packet.sequence, { header: { ...entry.packet, digest }, packet, proved: false, key })
  }

  /** What lies under a seal is proved if it is all that the seal was made of. */
  private async checkSeal({ packet, key }: Known): Promise<void> {
    if (packet?.kind !== PACKET_KIND.seal || packet.payload === undefined) return
    const seal = readSealPayload(packet.payload, packet.sequence)
    if (seal === undefined) return
    const sealed: Known[] = []
    for (let i = 0; i < seal.count; i++) {
      const each = this.known.get(seal.first + i)
      if (each === undefined) return
      sealed.push(each)
    }
    const digest = await this.crypto.hash(sealList(sealed.map(({ header }) => header)))
    if (!equal(digest, seal.digest) || !(await this.isSigned(packet, key))) return
    for (const each of sealed) each.proved = true
  }

  /** Whether the packet's own signature is right. One whose frames are missing is told of as missing. */
  private async isSigned(packet: ProvenPacket, key: Uint8Array | undefined): Promise<boolean> {
    const { signature } = packet
    if (signature === undefined) return false
    const payload = this.payloadOf(packet)
    if (payload === undefined) return true
    if (!isCanonicalSignature(signature)) return false
    this.checks++
    const message = packetMessage(this.domain, await this.asSent(packet, payload, key))
    return this.crypto.verify(this.certificate.showKey, message, signature)
  }

  /** A packet without its signature, encrypted again where it was. */
  private async asSent(
    packet: ProvenPacket,
    payload: Uint8Array,
    key: Uint8Array | undefined
  ): Promise<Uint8Array> {
    const { kind, epoch, sequence } = packet
    if (key === undefined || (kind !== PACKET_KIND.audio && kind !== PACKET_KIND.metadata))
      return encodeHeader(packet, payload)
    const header = { ...packet, kind: kind | ENCRYPTED }
    const head = encodeHeader(header, new Uint8Array(0))
    const sent = await this.crypto.encrypt({ key, nonce: nonceOf(epoch, sequence), head, payload })
    return encodeHeader(header, sent)
  }

  private payloadOf(packet: ProvenPacket): Uint8Array | undefined {
    if (packet.audio === undefined) return packet.payload
    const frame = this.frameOf(packet) ?? -1
    return frame < 0 ? undefined : payloadAt(this.contents, frame, packet.audio)
  }

  /** How long a packet plays is not signed; its frames say it. */
  private hasItsDuration(packet: ProvenPacket): boolean {
    const frame = this.frameOf(packet) ?? -1
    if (packet.audio === undefined || frame < 0) return true
    let samples = 0
    for (let i = frame; i < frame + packet.audio.frames; i++) {
      samples += opusDuration(this.contents.bytes(i, i + 1)) ?? 0
    }
    return samples === packet.audio.duration
  }

  /** What comes behind the show's first end packet is there so that no loss hides it: nobody needs it. */
  private summary(unproven: ReadonlySet<ProvenPacket>): Checked {
    const isHere = ({ packet }: Known): boolean => packet !== undefined && !unproven.has(packet)
    const all = [...this.known.values()]
    const end = all.find((each) => each.header.kind === PACKET_KIND.end && isHere(each))
    const first = all[0]?.header.sequence ?? -1
    const last = (end ?? all.at(-1))?.header.sequence ?? -1
    const needed = all.filter(({ header }) => header.sequence <= last)
    const hasNoHole = needed.every(isHere) && needed.length === last - first + 1
    return { first, last, hasNoHole, ends: end !== undefined }
  }
}
