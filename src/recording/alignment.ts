/**
 * Lays a file beside its proof: which frames are which packet, by the digests of their payloads. What an editor cut, moved,
 * repeated or put in shows as what is left over on either side. Nothing is trusted here: whether the digests are the
 * publisher's is another question (`authenticity.ts`).
 *
 * The file is read once. As long as the next packet follows, that costs one digest for each; where it does not, any packet that
 * begins here will do, found by its digest; where there is none, the frame is nobody's. Of the runs so found those that stand
 * in the proof's order, and are the most, are in place; the others are moved or repeated.
 */

import { concealment, initialToc } from '../audio/ogg/concealment.js'
import { equal } from '../protocol/wire/cursor.js'
import type { Contents } from './contents.js'
import { digestAt, type Hash } from './payloads.js'
import type { Plan, PlannedPacket } from './plan.js'
import type { AudioShape } from './proof.js'

/** Shapes in which a packet is looked for where it should not be. A show has one or two, and one for its last packet. */
const MAX_SHAPES = 8

/** Runs that are looked at: a file in more pieces is none of ours. */
const MAX_RUNS = 2_000

/** Consecutive packets in consecutive frames. */
interface Run {
  readonly packet: number
  readonly frames: number[]
}

export interface Alignment {
  /** For each packet of the plan the frame with which it begins, or −1 where it is not in its place. */
  readonly inPlace: readonly number[]
  /** Packets out of their place, by the frame with which they begin. */
  readonly elsewhere: ReadonlyMap<number, number>
}

/** @param progress is told how many of the file's frames are done */
export async function align(
  plan: Plan,
  contents: Contents,
  hash: Hash,
  progress: (frames: number) => void = () => undefined
): Promise<Alignment> {
  const runs = await runsOf(plan, contents, hash, progress)
  const inPlace = new Array<number>(plan.packets.length).fill(-1)
  const elsewhere = new Map<number, number>()
  const kept = longestInOrder(runs)
  let next = 0
  for (const run of runs) {
    const isKept = kept.has(run)
    for (const [i, frame] of run.frames.entries()) {
      const packet = run.packet + i
      if (isKept && packet >= next) {
        inPlace[packet] = frame
        next = packet + 1
      } else elsewhere.set(frame, packet)
    }
  }
  return { inPlace, elsewhere }
}

async function runsOf(
  { packets }: Plan,
  contents: Contents,
  hash: Hash,
  progress: (frames: number) => void
): Promise<Run[]> {
  const runs: Run[] = []
  let index: Index | undefined
  let next = 0
  let follows = false
  for (let at = 0; at < contents.frames;) {
    if (next < packets.length && (follows || at === 0)) {
      const found = await isNext(packets[next]!, contents, at, hash)
      if (found >= 0) {
        if (follows) runs.at(-1)!.frames.push(found)
        else runs.push({ packet: next, frames: [found] })
        follows = true
        at = found + packets[next]!.frames
        if (++next % 256 === 0) progress(at)
        continue
      }
    }
    index ??= new Index(packets)
    const packet = runs.length < MAX_RUNS ? await index.find(contents, at, next, hash) : undefined
    follows = packet !== undefined
    if (packet === undefined) at++
    else {
      runs.push({ packet, frames: [at] })
      at += packets[packet]!.frames
      next = packet + 1
    }
  }
  return runs
}

/** @returns the frame with which the packet begins, behind the gap before it; −1 if it is not what follows here. */
async function isNext(planned: PlannedPacket, contents: Contents, at: number, hash: Hash): Promise<number> {
  const frame = at + concealedFrames(planned.gap, contents, at)
  if (frame < at) return -1
  const digest = digestAt(hash, contents, frame, planned.packet.audio!)
  const known = digest instanceof Promise ? await digest : digest
  return known !== undefined && equal(known, planned.packet.digest!) ? frame : -1
}

/** @returns how many frames here conceal exactly this gap; −1 if they do not. */
export function concealedFrames(gap: number, contents: Contents, at: number): number {
  if (gap === 0) return 0
  const toc = at === 0 ? initialToc(2) : contents.bytes(at - 1, at)[0]!
  let count = 0
  for (const { data } of concealment(gap, toc)) {
    const frame = at + count++
    if (frame >= contents.frames || !equal(contents.bytes(frame, frame + 1), data)) return -1
  }
  return count
}

/** Finds packets by what is in them. */
class Index {
  private readonly packets: readonly PlannedPacket[]
  private readonly byDigest = new Map<string, number[]>()
  private readonly shapes: AudioShape[]

  constructor(packets: readonly PlannedPacket[]) {
    this.packets = packets
    const shapes = new Map<string, { shape: AudioShape; count: number }>()
    for (const [i, { packet }] of packets.entries()) {
      const text = textOf(packet.digest!)
      const same = this.byDigest.get(text)
      if (same === undefined) this.byDigest.set(text, [i])
      else same.push(i)
      const shape = packet.audio!
      const key = `${textOf(shape.format)} ${shape.frames}`
      const known = shapes.get(key)
      if (known === undefined) shapes.set(key, { shape, count: 1 })
      else known.count++
    }
    this.shapes = [...shapes.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_SHAPES)
      .map(({ shape }) => shape)
  }

  /** A packet that begins at this frame: of several alike the next one to come. */
  async find(contents: Contents, frame: number, next: number, hash: Hash): Promise<number | undefined> {
    for (const shape of this.shapes) {
      const digest = await digestAt(hash, contents, frame, shape)
      const same = digest === undefined ? undefined : this.byDigest.get(textOf(digest))
      // A digest found by another shape than the packet's own would leave that shape unproved.
      const alike = same?.filter((packet) => isShaped(this.packets[packet]!.packet.audio!, shape))
      if (alike !== undefined && alike.length > 0) return alike.find((packet) => packet >= next) ?? alike[0]!
    }
    return undefined
  }
}

function isShaped(a: AudioShape, b: AudioShape): boolean {
  return a.frames === b.frames && equal(a.format, b.format)
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** The runs that stand in the proof's order and are the most packets together; where two overlap, what is new counts. */
function longestInOrder(runs: readonly Run[]): Set<Run> {
  const best: number[] = []
  const before: number[] = []
  let last = -1
  for (const [i, run] of runs.entries()) {
    best[i] = run.frames.length
    before[i] = -1
    const end = run.packet + run.frames.length
    for (let j = 0; j < i; j++) {
      const earlier = runs[j]!
      const earlierEnd = earlier.packet + earlier.frames.length
      const sum = best[j]! + end - Math.max(run.packet, earlierEnd)
      if (earlierEnd < end && sum > best[i]) {
        best[i] = sum
        before[i] = j
      }
    }
    if (last < 0 || best[i] > best[last]!) last = i
  }
  const kept = new Set<Run>()
  for (let i = last; i >= 0; i = before[i]!) kept.add(runs[i]!)
  return kept
}
