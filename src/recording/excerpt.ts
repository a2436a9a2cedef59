/**
 * Cuts whole packets out of a recording, with a proof of their own. Where the cut goes through packets under one seal, the digests
 * of those that stay outside go with it: so little of them is needed to prove the others.
 */

import { OpusWriter } from '../audio/ogg/opus-writer.js'
import { TreecastError } from '../protocol/errors.js'
import { opusDuration } from '../protocol/media/frame.js'
import { PACKET_KIND, type PacketHeader, readSealPayload } from '../protocol/wire/packet.js'
import { payloadDigest } from '../protocol/wire/seal.js'
import { align } from './alignment.js'
import { encodeProof } from './compact.js'
import { Contents } from './contents.js'
import type { Hash } from './payloads.js'
import { planOf, seconds } from './plan.js'
import { type ProofEntry, type ProvenPacket, readProof } from './proof.js'
import { joined, PAGE_MS } from './recorder.js'

export interface ExcerptOptions {
  /** Where it begins and ends, in seconds of the recording; it is widened to whole packets. */
  readonly from: number
  readonly to: number
  /** The Ogg stream's serial number: any. */
  readonly serial: number
  readonly hash: Hash
}

export interface Excerpt {
  readonly audio: Uint8Array
  readonly proof: Uint8Array
}

/** @throws TreecastError `bad-option` if nothing lies between; `bad-proof` if the file is not what its proof says. */
export async function cutExcerpt(
  audio: Uint8Array,
  proof: Uint8Array,
  { from, to, serial, hash }: ExcerptOptions
): Promise<Excerpt> {
  const entries = readProof(proof)?.entries
  if (entries === undefined) throw new TreecastError('bad-proof', 'this is no proof of a recording')
  const plan = planOf(entries)
  const contents = new Contents(audio, 'the recording')
  const { inPlace } = await align(plan, contents, hash)
  const frameOf = new Map<ProvenPacket, number>()
  for (const [i, { packet, at, duration }] of plan.packets.entries()) {
    if (seconds(at + duration) <= from || seconds(at) >= to) continue
    if (inPlace[i]! < 0)
      throw new TreecastError('bad-proof', 'the recording is not what its proof says; verify it')
    frameOf.set(packet, inPlace[i]!)
  }
  if (frameOf.size === 0) {
    throw new TreecastError(
      'bad-option',
      `nothing lies between ${from} s and ${to} s; the recording is ${seconds(plan.length).toFixed(1)} s long`
    )
  }
  const chosen = await chooseEntries(entries, frameOf, hash)
  return { audio: write(chosen, frameOf, contents, serial), proof: encodeProof(chosen) }
}

/** The entries of an excerpt, those of seals and of what lies under them included. */
async function chooseEntries(
  entries: readonly ProofEntry[],
  frameOf: ReadonlyMap<ProvenPacket, number>,
  hash: Hash
): Promise<ProofEntry[]> {
  const isChosen = (entry: ProofEntry): boolean => entry.type === 'packet' && frameOf.has(entry.packet)
  const first = entries.findIndex(isChosen)
  const last = entries.findLastIndex(isChosen)
  const chosen: ProofEntry[] = []
  let section: ProofEntry[] = []
  let begin = 0
  for (let i = 0; i <= entries.length; i++) {
    const entry = entries[i]
    if (entry !== undefined && entry.type !== 'certificate') {
      section.push(entry)
      continue
    }
    const packets = section.slice(Math.max(0, first - begin), Math.max(0, last + 1 - begin))
    if (packets.some(isChosen)) chosen.push(entries[begin - 1]!, ...(await withSeals(packets, section, hash)))
    section = []
    begin = i + 1
  }
  return [...chosen, { type: 'closed' }]
}

/** Some packets of a certificate, with what proves them. */
async function withSeals(
  packets: readonly ProofEntry[],
  section: readonly ProofEntry[],
  hash: Hash
): Promise<ProofEntry[]> {
  const all = new Map<number, ProofEntry>()
  const keys = new Map<number, Extract<ProofEntry, { type: 'key' }>>()
  let key: Extract<ProofEntry, { type: 'key' }> | undefined
  for (const entry of section) {
    if (entry.type === 'key') key = entry
    if (!('packet' in entry)) continue
    all.set(entry.packet.sequence, entry)
    if (key !== undefined) keys.set(entry.packet.sequence, key)
  }
  const kept = new Map<number, ProofEntry>()
  for (const entry of packets) if ('packet' in entry) kept.set(entry.packet.sequence, entry)
  const needsSeal = new Set(
    packets.flatMap((entry) =>
      entry.type === 'packet' && entry.packet.signature === undefined ? [entry.packet.sequence] : []
    )
  )
  for (const entry of section) {
    if (entry.type !== 'packet' || entry.packet.kind !== PACKET_KIND.seal) continue
    const seal = readSealPayload(entry.packet.payload!, entry.packet.sequence)
    if (seal === undefined) continue
    const sealed = Array.from({ length: seal.count }, (_, i) => seal.first + i)
    if (!sealed.some((sequence) => needsSeal.has(sequence))) continue
    kept.set(entry.packet.sequence, entry)
    for (const sequence of sealed) {
      const outside = all.get(sequence)
      if (kept.has(sequence) || outside === undefined || !('packet' in outside)) continue
      kept.set(sequence, { type: 'absent', packet: await digested(outside.packet, hash) })
    }
  }
  key = undefined
  return [...kept]
    .sort(([a], [b]) => a - b)
    .flatMap(([sequence, entry]) => {
      const next = keys.get(sequence)
      if (next === undefined || next === key) return [entry]
      key = next
      return [next, entry]
    })
}

async function digested(
  packet: ProvenPacket,
  hash: Hash
): Promise<PacketHeader & { readonly digest: Uint8Array }> {
  const { kind, epoch, sequence, mediaTime } = packet
  const digest = packet.digest ?? payloadDigest(await hash(packet.payload!))
  return { kind, epoch, sequence, mediaTime, digest }
}

function write(
  entries: readonly ProofEntry[],
  frameOf: ReadonlyMap<ProvenPacket, number>,
  contents: Contents,
  serial: number
): Uint8Array {
  const writer = new OpusWriter({ serial, pageMs: PAGE_MS })
  const parts: (Uint8Array | undefined)[] = []
  for (const { packet, gap, stream, frames, endTrim } of planOf(entries).packets) {
    if (gap > 0) parts.push(writer.gap(gap))
    if (stream !== undefined) parts.push(writer.start(stream.format, stream.tags))
    const first = frameOf.get(packet)!
    for (let frame = first; frame < first + frames; frame++) {
      const data = contents.bytes(frame, frame + 1)
      const isLast = frame === first + frames - 1
      parts.push(writer.write({ data, samples: opusDuration(data)!, endTrim: isLast ? endTrim : 0 }))
    }
  }
  parts.push(writer.end())
  return joined(parts.filter((bytes) => bytes !== undefined))
}
