/** What came of one run, from when each message was sent and heard. Pure. */

/** A listener's buffer, treecast's by default: who has a message later than that has not heard it. */
export const IN_TIME_MS = 2000

/** What a fault takes away was on its way before it; ms. */
const LEAD_MS = 1000

/** Who hears nothing for so long at a phase's end does not recover in it; ms. */
const END_MS = 2000

/** A stretch of a run. Moments as in `host.ts`. */
export interface Phase {
  readonly begin: number
  readonly end: number
}

export interface Heard {
  /** From publishing to being handed out; ms. */
  readonly delayP50: number
  readonly delayP99: number
  /** Nothing new was handed out to some peer for so long; ms. */
  readonly longestGap: number
  /** Messages that a peer did not have in time, over all that it should have had. */
  readonly missed: number
  /** Peers that missed any. */
  readonly peersThatMissed: number
  /** When the last message was made that some peer missed, since the phase began; ms. 0 where none was missed. */
  readonly whole: number
  /** Peers that still missed most of what was sent in the phase's last two seconds. */
  readonly never: number
}

/**
 * @param sent when each message was published, by its number
 * @param heard for each peer that was there to the end, when each was handed out
 */
export function accountOf(
  sent: readonly number[],
  heard: readonly (readonly (number | undefined)[])[],
  phase: Phase
): Heard {
  const numbers = [...sent.keys()].filter((number) => {
    const at = sent[number]!
    return at >= phase.begin - LEAD_MS && at < phase.end - LEAD_MS
  })
  const delays: number[] = []
  let [longestGap, missed, peersThatMissed, whole, never] = [0, 0, 0, 0, 0]
  for (const times of heard) {
    const lost = numbers.filter((number) => !isInTime(sent[number]!, times[number]))
    for (const number of numbers) if (times[number] !== undefined) delays.push(times[number] - sent[number]!)
    longestGap = Math.max(longestGap, longestGapOf(times, phase))
    if (lost.length === 0) continue
    missed += lost.length
    peersThatMissed++
    const last = sent[lost.at(-1)!]!
    whole = Math.max(whole, last - phase.begin)
    if (isMost(lost, numbers, (number) => sent[number]! >= phase.end - LEAD_MS - END_MS)) never++
  }
  delays.sort((a, b) => a - b)
  return {
    delayP50: at(delays, 0.5),
    delayP99: at(delays, 0.99),
    longestGap,
    missed: missed / (numbers.length * heard.length),
    peersThatMissed,
    whole: Math.max(0, whole),
    never
  }
}

/** Whether more than half of all that it is asked of are in a part of it. */
function isMost(
  part: readonly number[],
  all: readonly number[],
  isAsked: (number: number) => boolean
): boolean {
  return part.filter(isAsked).length > all.filter(isAsked).length / 2
}

function isInTime(sentAt: number, heardAt: number | undefined): boolean {
  return heardAt !== undefined && heardAt - sentAt <= IN_TIME_MS
}

/** The longest time without anything new, the phase's ends included. */
function longestGapOf(times: readonly (number | undefined)[], { begin, end }: Phase): number {
  const within = times.filter((time): time is number => time !== undefined && time > begin && time < end)
  within.sort((a, b) => a - b)
  let longest = 0
  let last = begin
  for (const time of [...within, end]) {
    longest = Math.max(longest, time - last)
    last = time
  }
  return longest
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
