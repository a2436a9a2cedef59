/** Proves that a recording is its publisher's and unedited, or says where it is not. */

import type { StreamFormat } from '../protocol/media/frame.js'
import { TreecastError } from '../protocol/errors.js'
import { keyToText } from '../protocol/wire/broadcast.js'
import { equal } from '../protocol/wire/cursor.js'
import { type Alignment, align } from './alignment.js'
import { authenticate, type Authenticity, type Cryptography } from './authenticity.js'
import { Contents } from './contents.js'
import { compare, type Comparison, type Fault } from './faults.js'
import { type Plan, planOf, seconds } from './plan.js'
import { type Proof, readProof } from './proof.js'
import { fieldsOf } from './timeline.js'
import { PACKET_KIND } from '../protocol/wire/packet.js'

/** A stretch of the recording for which packets were missing when it was made; it is kept as time. */
export interface RecordedGap {
  /** Where, in seconds of the recording. */
  readonly at: number
  readonly seconds: number
  /** Packets that are missing, with audio or without. */
  readonly packets: number
}

export interface Verification {
  /** Whether all that is in the file was signed by its publisher, and stands where it was. */
  readonly verified: boolean
  /** The publisher's key as text; empty where the proof names none. */
  readonly publisher: string
  readonly name: string
  /** When the show began, as its publisher's certificate says; ms of 1970. */
  readonly began: number
  /** Where in the show the recording begins, in seconds. */
  readonly from: number
  /** How long the recording is, in seconds. */
  readonly seconds: number
  /** Packets of the show in the recording, and their frames. */
  readonly packets: number
  readonly frames: number
  /** How often the publisher went on the air anew while it was made: 1, unless its broadcast was started again. */
  readonly shows: number
  readonly format: StreamFormat | undefined
  /** Title and the like, as signed, the last that was said. */
  readonly metadata: Readonly<Record<string, string>>
  readonly gaps: readonly RecordedGap[]
  /** Whether it is the whole show, from the first packet to the last. */
  readonly whole: boolean
  /** Whether recording ended in good order. Otherwise `torn` seconds at the end, 1 at most, are not covered. */
  readonly closed: boolean
  readonly torn: number
  /** What is wrong, in the order of the recording; none if it is verified. */
  readonly faults: readonly Fault[]
  /** Signatures that were checked. */
  readonly checks: number
}

export interface VerifyOptions {
  /** The publisher that it must be of: 32 bytes. Whoever leaves this out has to compare it. */
  readonly publisher?: Uint8Array
  /** What to call the file in messages. */
  readonly name?: string
  /** Is told, now and then, which part is done: 0…1. */
  readonly onProgress?: (done: number) => void
}

/**
 * Holds a recording against its proof.
 *
 * @param audio the Ogg Opus file
 * @param proof the file that was written beside it
 * @throws TreecastError `not-ogg` if the one is no Ogg file, `bad-proof` if the other is no proof
 */
export async function verifyWith(
  audio: Uint8Array,
  proof: Uint8Array,
  crypto: Cryptography,
  options: VerifyOptions = {}
): Promise<Verification> {
  const read = readProof(proof)
  if (read === undefined) {
    const problem = 'is no proof of treecast; give the file that was written beside the recording'
    throw new TreecastError('bad-proof', `the proof of ${options.name ?? 'the recording'} ${problem}`)
  }
  const plan = planOf(read.entries)
  const contents = new Contents(audio, options.name ?? 'the recording')
  const all = Math.max(1, contents.frames)
  const alignment = await align(plan, contents, crypto.hash, (frames) => options.onProgress?.(frames / all))
  const frameOf = new Map(plan.packets.map(({ packet }, i) => [packet, alignment.inPlace[i]!]))
  const authenticity = await authenticate(read.entries, contents, (packet) => frameOf.get(packet), crypto)
  const closed = read.entries.at(-1)?.type === 'closed'
  const comparison = compare(plan, contents, alignment, closed)
  const faults = [
    ...faultsOfWhole(authenticity, options.publisher),
    ...comparison.faults,
    ...faultsOfProof(plan, alignment, authenticity, comparison.faults.length > 0)
  ]
  faults.sort((a, b) => a.at - b.at)
  options.onProgress?.(1)
  return summary(read, plan, contents, authenticity, comparison, closed, faults)
}

function summary(
  { entries }: Proof,
  plan: Plan,
  contents: Contents,
  authenticity: Authenticity,
  { torn }: Comparison,
  closed: boolean,
  faults: readonly Fault[]
): Verification {
  const { broadcast, certificates, checks, isWhole } = authenticity
  const gaps = plan.packets
    .filter(({ lost, gap }) => lost > 0 || gap > 0)
    .map(({ at, gap, lost }) => ({ at: seconds(at - gap), seconds: seconds(gap), packets: lost }))
  const { lost, gap } = plan.missingAtEnd
  if (lost > 0 && gap > 0) gaps.push({ at: seconds(plan.length), seconds: seconds(gap), packets: lost })
  const first = entries.find((entry) => entry.type === 'packet')
  return {
    verified: faults.length === 0,
    publisher: broadcast === undefined ? '' : keyToText(broadcast.publisher),
    name: broadcast?.name ?? '',
    began: (certificates[0]?.notBefore ?? 0) * 1000,
    from: seconds(first?.packet.mediaTime ?? 0),
    seconds: seconds(plan.length),
    packets: entries.filter((entry) => entry.type === 'packet').length,
    frames: contents.frames,
    shows: certificates.filter(({ continues }, i) => i === 0 || continues !== true).length,
    format: contents.streams[0]?.format,
    metadata: metadataOf(entries),
    gaps,
    whole: isWhole && faults.length === 0,
    closed,
    torn,
    faults,
    checks
  }
}

function metadataOf(entries: Proof['entries']): Record<string, string> {
  const last = entries.findLast(
    (entry) => entry.type === 'packet' && entry.packet.kind === PACKET_KIND.metadata
  )
  const payload = last?.type === 'packet' ? last.packet.payload : undefined
  return Object.fromEntries((payload && fieldsOf(payload)) ?? [])
}

/** What is wrong with all of it. */
function faultsOfWhole(
  { broadcast, certificates }: Authenticity,
  publisher: Uint8Array | undefined
): Fault[] {
  const fault = (kind: Fault['kind'], text: string): Fault => ({ kind, at: 0, seconds: 0, text })
  if (broadcast === undefined) return [fault('proof', 'the proof holds no certificate')]
  if (certificates.length === 0) return [fault('proof', 'its certificate is not signed by the publisher')]
  if (publisher === undefined || equal(publisher, broadcast.publisher)) return []
  return [fault('publisher', `it is of another publisher: ${keyToText(broadcast.publisher)}`)]
}

/**
 * Packets that are in their place and that nothing proves; consecutive ones are one fault. Under a seal together with one that
 * was changed none can be proved: what was done is told already.
 */
function faultsOfProof(
  { packets, ...plan }: Plan,
  { inPlace }: Alignment,
  { unproven }: Authenticity,
  isTold: boolean
): Fault[] {
  const faults: Fault[] = []
  const isHere = (i: number): boolean => (inPlace[i] ?? 0) >= 0
  const isWrong = (i: number): boolean => isHere(i) && unproven.has(packets[i]!.packet)
  for (let i = 0; i < packets.length; i++) {
    if (!isWrong(i)) continue
    const first = i
    while (i + 1 < packets.length && isWrong(i + 1)) i++
    if (isTold && !(isHere(first - 1) && isHere(i + 1))) continue
    const [begin, end] = [packets[first]!.at, packets[i]!.at + packets[i]!.duration]
    const text = 'the proof is not what its publisher signed'
    faults.push({ kind: 'proof', at: seconds(begin), seconds: seconds(end - begin), text })
  }
  const other = [...unproven].find(({ audio }) => audio === undefined)
  if (other !== undefined && faults.length === 0 && !isTold) {
    const behind = packets.find(
      ({ packet }) => packet.epoch === other.epoch && packet.sequence > other.sequence
    )
    const text = 'what the proof says here is not signed'
    faults.push({ kind: 'proof', at: seconds(behind?.at ?? plan.length), seconds: 0, text })
  }
  return faults
}
