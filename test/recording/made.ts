/** Made-up shows, as an origin signs them, and recordings of them. */

import { encrypt } from '../../src/runtime/group-cipher.js'
import { Publisher } from '../../src/protocol/media/publisher.js'
import { type Frame, opusDuration, type StreamFormat } from '../../src/protocol/media/frame.js'
import { SEAL_PACKETS } from '../../src/protocol/limits.js'
import {
  type Certificate,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../../src/protocol/wire/certificate.js'
import {
  joinSignature,
  type Packet,
  packetDomain,
  packetMessage,
  readPacket
} from '../../src/protocol/wire/packet.js'
import { compactProof } from '../../src/recording/compact.js'
import { joined, Recorder } from '../../src/recording/recorder.js'
import { type Verification, verifyWith, type VerifyOptions } from '../../src/recording/verify.js'
import { hash, type KeyPair, keyPairFromSeed, verify } from '../../src/runtime/crypto.js'
import { sealWith } from '../../src/runtime/seal.js'

export const PUBLISHER = keyPairFromSeed(new Uint8Array(32).fill(7))
export const STEREO: StreamFormat = { channels: 2, preSkip: 312, outputGain: 0 }

export interface Show {
  readonly certificate: Certificate
  readonly packets: readonly Packet[]
}

export interface ShowOptions {
  /** How many frames of 20 ms. */
  readonly frames?: number
  readonly seed?: number
  readonly publisher?: KeyPair
  readonly epoch?: number
  readonly sealPackets?: number
  /** Frames with which a chained stream begins. */
  readonly chains?: readonly number[]
  /** Samples that are not played at the end. */
  readonly endTrim?: number
  readonly frameBytes?: number
}

/** CELT, full band, 20 ms, stereo. */
const TOC = 0xfc

/** Small pseudo-random numbers, 0…2^32−1: xorshift32. */
export function numbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

/** A frame of noise. */
export function noise(next: (below: number) => number, bytes: number): Frame {
  const data = Uint8Array.from({ length: bytes }, (_, i) => (i === 0 ? TOC : next(256)))
  return { data, samples: opusDuration(data)!, endTrim: 0 }
}

export function makeShow(options: ShowOptions = {}): Show {
  const { frames = 1500, seed = 1, publisher = PUBLISHER, epoch = 1_700_000_000, chains = [] } = options
  const { sealPackets = SEAL_PACKETS, endTrim = 0, frameBytes = 160 } = options
  const showKeys = keyPairFromSeed(new Uint8Array(32).fill(seed & 0xff || 1))
  const broadcast = { publisher: publisher.publicKey, name: 'made up' }
  const body = encodeCertificateBody({
    broadcast,
    epoch,
    showKey: showKeys.publicKey,
    notBefore: epoch,
    notAfter: epoch + 86_400,
    stripes: 4
  })
  const bytes = joinSignature(body, publisher.sign(certificateMessage(body)))
  const { certificate } = decodeCertificate(bytes, broadcast)

  const domain = packetDomain(broadcast)
  const seal = sealWith(hash)
  const packets: Packet[] = []
  const unsigned = new Map<number, Uint8Array>()
  const publish = new Publisher({ epoch, stripes: 4, packetMs: 100, sealPackets }, (output) => {
    if (output.type === 'seal') {
      const digest = seal(output.packets) as Uint8Array
      const { first, packets } = output
      later.push(() => publish.take({ type: 'sealed', first, count: packets.length, digest }, shape))
    } else if (output.type === 'sign') {
      const message = unsigned.get(output.sequence)!
      const signature = showKeys.sign(packetMessage(domain, message))
      packets.push(readPacket(joinSignature(message, signature)))
    }
  })
  const later: (() => void)[] = []
  const shape = {
    messageToSign(bytes: Uint8Array) {
      const { sequence } = readPacket(joinSignature(bytes, new Uint8Array(64)))
      unsigned.set(sequence, bytes)
      return bytes
    }
  }
  const give = (input: Parameters<Publisher['take']>[0]): void => {
    publish.take(input, shape)
    for (let next = later.shift(); next !== undefined; next = later.shift()) next()
  }
  const next = numbers(seed)
  give({ type: 'source-stream', format: STEREO })
  give({ type: 'source-metadata', fields: new Map([['title', `show ${seed}`]]) })
  for (let i = 0; i < frames; i++) {
    if (chains.includes(i)) {
      give({ type: 'source-stream', format: STEREO })
      give({ type: 'source-metadata', fields: new Map([['title', `part ${i}`]]) })
    }
    const frame = noise(next, frameBytes - 20 + next(41))
    give({ type: 'source-frame', frame: i === frames - 1 ? { ...frame, endTrim } : frame })
  }
  give({ type: 'source-end' })
  return { certificate, packets }
}

export interface Recording {
  readonly audio: Uint8Array
  readonly proof: Uint8Array
}

/** Records these packets; not closed, as a crash leaves it, where `closed` is false. */
export function record(shows: readonly Show[], closed = true): Recording {
  const recorder = new Recorder({ hash, serial: 1 })
  const audio: Uint8Array[] = []
  const proof: Uint8Array[] = []
  for (const { certificate, packets } of shows) {
    for (const packet of packets) {
      const written = recorder.take(certificate, packet)
      audio.push(written.audio)
      proof.push(written.proof)
    }
  }
  if (!closed) return { audio: joined(audio), proof: joined(proof) }
  const last = recorder.end()
  return {
    audio: joined([...audio, last.audio]),
    proof: compactProof(joined([...proof, last.proof]), hash)
  }
}

export function check({ audio, proof }: Recording, options: VerifyOptions = {}): Promise<Verification> {
  return verifyWith(audio, proof, { hash, verify, encrypt }, options)
}
