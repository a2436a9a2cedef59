import { expect } from 'chai'
import { TreecastError } from '../../../src/protocol/errors.js'
import { Random } from '../../../src/protocol/random.js'
import { decodeCertificate } from '../../../src/protocol/wire/certificate.js'
import type { BroadcastId } from '../../../src/protocol/wire/broadcast.js'
import { WireError } from '../../../src/protocol/wire/cursor.js'
import { parseLink } from '../../../src/protocol/wire/link.js'
import { decodeMessages } from '../../../src/protocol/wire/tracker-side.js'
import { readPacket, readPayload } from '../../../src/protocol/wire/packet.js'
import { decodeSignalBody } from '../../../src/protocol/wire/signal.js'
import { ticketFromText } from '../../../src/protocol/wire/ticket.js'
import { vectors } from '../../vectors/generate.js'

const { messages, signals, packets, certificate, links, tickets } = vectors as {
  messages: { bytes: Uint8Array }[]
  signals: { signals: { body: Uint8Array }[] }
  packets: { broadcast: BroadcastId; packets: { packet: Uint8Array }[] }
  certificate: { bytes: Uint8Array }
  links: { valid: { text: string }[]; malformed: { text: string }[] }
  tickets: { valid: { text: string }[] }
}

/** Changes some bytes, cuts off some, doubles some, or makes it all up. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.below(20) === 0) return Uint8Array.from({ length: random.below(200) }, () => random.below(256))
  let result = bytes.slice()
  for (let times = random.below(4); times >= 0; times--) {
    const at = random.below(result.length + 1)
    switch (random.below(5)) {
      case 0:
        result[at] = random.below(256)
        break
      case 1:
        result[at]! ^= 1 << random.below(8)
        break
      case 2:
        result = result.slice(0, at)
        break
      case 3:
        result = new Uint8Array([...result.subarray(0, at), ...result.subarray(random.below(at + 1))])
        break
      default:
        result[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)]!
    }
  }
  return result
}

function survives(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof WireError || error instanceof TreecastError) return false
    throw error
  }
}

/** Runs one decoder on many inputs made of these. @returns how many it accepted. */
function fuzz(runs: number, seeds: readonly Uint8Array[], decode: (bytes: Uint8Array) => unknown): number {
  const random = new Random(runs)
  let accepted = 0
  for (let i = 0; i < runs; i++) {
    const bytes = mutate(seeds[random.below(seeds.length)]!, random)
    if (survives(() => decode(bytes))) accepted++
  }
  return accepted
}

describe('a decoder that is given garbage', () => {
  it('of messages raises WireError, nothing else', () => {
    const accepted = fuzz(
      360_000,
      messages.map(({ bytes }) => bytes),
      decodeMessages
    )
    expect(accepted).to.be.within(1_000, 359_000)
  })

  it('of signals raises WireError, nothing else', () => {
    const accepted = fuzz(
      60_000,
      signals.signals.map(({ body }) => body),
      decodeSignalBody
    )
    expect(accepted).to.be.within(1_000, 59_000)
  })

  it('of packets raises WireError, nothing else', () => {
    const accepted = fuzz(
      120_000,
      packets.packets.map(({ packet }) => packet),
      (bytes) => readPayload(readPacket(bytes))
    )
    expect(accepted).to.be.within(1_000, 119_000)
  })

  it('of certificates raises WireError, nothing else', () => {
    const accepted = fuzz(50_000, [certificate.bytes], (bytes) => decodeCertificate(bytes, packets.broadcast))
    expect(accepted).to.be.within(1_000, 49_000)
  })

  it('of links raises TreecastError, nothing else', () => {
    const texts = [...links.valid, ...links.malformed].map(({ text }) => new Uint8Array(Buffer.from(text)))
    const accepted = fuzz(50_000, texts, (bytes) => parseLink(Buffer.from(bytes).toString('latin1')))
    expect(accepted).to.be.within(100, 49_000)
  })

  it('of tickets raises WireError, nothing else', () => {
    const texts = tickets.valid.map(({ text }) => new Uint8Array(Buffer.from(text)))
    const accepted = fuzz(30_000, texts, (bytes) => ticketFromText(Buffer.from(bytes).toString('latin1')))
    expect(accepted).to.be.within(100, 29_000)
  })
})
