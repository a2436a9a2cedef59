/** A finished proof without the signatures that seals have made superfluous: a quarter of its length. */

import { equal } from '../protocol/wire/cursor.js'
import { PACKET_KIND, readSealPayload } from '../protocol/wire/packet.js'
import { payloadDigest, type SealedPacket, sealList } from '../protocol/wire/seal.js'
import { type ProofEntry, ProofWriter, type ProvenPacket, readProof } from './proof.js'
import { joined } from './recorder.js'

/**
 * @param hash SHA-256
 * @returns a proof of the same; the given one where it is not whole
 */
export function compactProof(bytes: Uint8Array, hash: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const proof = readProof(bytes)
  if (proof?.problem !== undefined || proof === undefined) return bytes
  const sealed = sealedPackets(proof.entries, hash)
  return encodeProof(
    proof.entries.map((entry) => {
      if (entry.type !== 'packet' || !sealed.has(entry.packet)) return entry
      return { type: 'packet', packet: withoutSignature(entry.packet) }
    })
  )
}

/** A proof of these entries. */
export function encodeProof(entries: readonly ProofEntry[]): Uint8Array {
  const writer = new ProofWriter()
  const parts: Uint8Array[] = [ProofWriter.head]
  for (const entry of entries) {
    switch (entry.type) {
      case 'certificate':
        parts.push(writer.certificate(entry.bytes))
        break
      case 'key':
        parts.push(writer.key(entry.key))
        break
      case 'packet':
        parts.push(writer.packet(entry.packet))
        break
      case 'absent':
        parts.push(writer.absent(entry.packet))
        break
      case 'closed':
        parts.push(writer.closed())
    }
  }
  return joined(parts)
}

function withoutSignature({
  kind,
  epoch,
  sequence,
  mediaTime,
  digest,
  audio,
  payload
}: ProvenPacket): ProvenPacket {
  const header = { kind, epoch, sequence, mediaTime }
  return audio === undefined ? { ...header, payload: payload! } : { ...header, digest: digest!, audio }
}

/** The packets whose seal is here and right. Seals keep their signatures: each is proved by itself. */
function sealedPackets(
  entries: readonly ProofEntry[],
  hash: (bytes: Uint8Array) => Uint8Array
): Set<ProvenPacket> {
  const sealed = new Set<ProvenPacket>()
  let known = new Map<number, { header: SealedPacket; packet: ProvenPacket | undefined }>()
  for (const entry of entries) {
    if (entry.type === 'certificate') known = new Map()
    if (entry.type !== 'packet' && entry.type !== 'absent') continue
    const packet = entry.type === 'packet' ? entry.packet : undefined
    const digest = entry.packet.digest ?? payloadDigest(hash(packet!.payload!))
    known.set(entry.packet.sequence, { header: { ...entry.packet, digest }, packet })
    if (packet?.kind !== PACKET_KIND.seal || packet.signature === undefined) continue
    const seal = readSealPayload(packet.payload!, packet.sequence)
    if (seal === undefined) continue
    const all = Array.from({ length: seal.count }, (_, i) => known.get(seal.first + i))
    if (!all.every((each) => each !== undefined)) continue
    if (!equal(hash(sealList(all.map(({ header }) => header))), seal.digest)) continue
    for (const each of all) {
      if (each.packet !== undefined && each.packet.kind !== PACKET_KIND.seal) sealed.add(each.packet)
    }
  }
  return sealed
}
