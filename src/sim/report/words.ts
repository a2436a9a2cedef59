/** A run's figures and faults, in words that people understand. */

import type { Result, Summary } from '../results/result.js'
import type { Choice, Fault, FaultKind } from '../scenario/scenario.js'

export interface Figure {
  readonly value: string
  readonly text: string
  /** Something that somebody should look at. */
  readonly isBad?: boolean
}

/** The figures that a show is judged by. */
export function headline({ scenario, summary, timeline }: Result): Figure[] {
  const { continuity, gapFree, startupMs, delayMs, recoveryMs, depth, copies, originCopies, unheard } =
    summary
  const most = Math.max(0, ...timeline.map(({ here }) => here))
  const figures: Figure[] = [
    {
      value: percent(continuity),
      text: `of the show was heard in time, on average over ${count(summary.peers, 'listener')}`,
      isBad: continuity < 0.99
    },
    { value: percent(gapFree), text: 'of listeners missed nothing at all', isBad: gapFree < 0.5 },
    {
      value: time(startupMs.p50),
      text: `from joining to the first sound, for half of them; 95 % heard it within ${time(startupMs.p95)}`
    },
    {
      value: times(originCopies),
      text: `of the show are all that the origin uploaded, for up to ${count(most, 'listener')} at once`
    },
    { value: times(copies), text: 'of each packet came to a listener, on average, where one would do' },
    {
      value: time(delayMs.p50),
      text: `from origin to listener for half of all packets, 95 % within ${time(delayMs.p95)}; over ${count(depth.p50, 'link')}, 95 % over at most ${depth.p95}`
    }
  ]
  if (scenario.faults.length > 0) {
    const isLost = recoveryMs.p95 >= NEVER_MS
    figures.push({
      value: isLost ? `over ${time(NEVER_MS)}` : time(recoveryMs.p95),
      text: 'without new packets after a fault, at most, for 95 % of listeners',
      isBad: recoveryMs.p95 > scenario.listeners.bufferMs
    })
  }
  if (unheard > 0) {
    figures.push({
      value: whole(unheard),
      text: `${unheard === 1 ? 'listener stayed' : 'listeners stayed'} for ten seconds or more and heard nothing`,
      isBad: true
    })
  }
  return figures
}

/** `recoveryMs` of who got nothing while it was watched. */
const NEVER_MS = 5_000

/** Every figure of the summary that is a function of the seed, by name. */
export function allFigures(summary: Summary): readonly (readonly [string, string, string])[] {
  const { startupMs, delayMs, recoveryMs, depth } = summary
  const quantiles = (of: typeof startupMs, unit: (value: number) => string): string =>
    `${unit(of.p50)} / ${unit(of.p95)} / ${unit(of.p99)} / ${unit(of.max)}`
  return [
    ['peers', whole(summary.peers), 'listeners that came'],
    ['hostile', whole(summary.hostile), 'of them those who cheat, who are in no other figure'],
    ['badPackets', whole(summary.badPackets), 'packets that these have made up, or sent again and again'],
    [
      'continuity',
      percent(summary.continuity),
      'packets played in time over packets due, mean over listeners'
    ],
    ['gapFree', percent(summary.gapFree), 'listeners that missed nothing'],
    ['unheard', whole(summary.unheard), 'listeners that stayed for ten seconds and heard nothing'],
    ['startupMs', quantiles(startupMs, time), 'from joining to the first sound: p50 / p95 / p99 / most'],
    [
      'startupFloodedMs',
      quantiles(summary.startupFloodedMs, time),
      'the same of those who came while servers were flooded'
    ],
    ['delayMs', quantiles(delayMs, time), 'from a packet’s making to its arrival: p50 / p95 / p99 / most'],
    [
      'recoveryMs',
      quantiles(recoveryMs, time),
      'how much later than usual packets came after a fault, 5 s if never: p50 / p95 / p99 / most'
    ],
    ['copies', summary.copies.toFixed(3), 'packets received over packets needed'],
    ['originCopies', summary.originCopies.toFixed(2), 'bytes that the origin sent over those of one show'],
    ['depth', quantiles(depth, String), 'links that packets passed: p50 / p95 / p99 / most'],
    ['controlShare', percent(summary.controlShare), 'control messages in what peers send each other'],
    ['trackerBytes', `${whole(summary.trackerBytes)} B`, 'to and from trackers, for each listener'],
    ['deliveries', whole(summary.deliveries), 'packets that reached a peer'],
    ['events', whole(summary.events), 'happenings that were simulated']
  ]
}

const WHOM: Readonly<Record<Choice, string>> = {
  random: 'listeners',
  busiest: 'busiest listeners',
  newest: 'newest listeners',
  roots: 'roots',
  relays: 'relaying peers'
}

const WHAT: Readonly<Record<Exclude<FaultKind, 'trackers-down' | 'flood' | 'loss'>, string>> = {
  kill: 'are killed',
  vanish: 'vanish without a word',
  freeze: 'freeze',
  'black-hole': 'pass nothing on any more, and do not say so',
  slow: 'send everything late',
  mute: 'are no longer heard by the others'
}

/** One sentence without its end. */
export function faultText(fault: Fault): string {
  const { atS, what, share, count: some, choose, forS = 0, everyS, untilS = atS, delayMs, loss } = fault
  let text: string
  if (what === 'trackers-down') text = 'all trackers are down'
  else if (what === 'flood')
    text = `${listed(fault.targets ?? [])} are flooded, and answer ${percent(fault.admits ?? 0)} of those who ask`
  else if (what === 'loss') text = `every line loses ${percent(loss ?? 0)} of its packets`
  else {
    const isRanked = choose === 'busiest' || choose === 'newest'
    const portion = percent(share ?? 0)
    let whom = `${portion} of ${WHOM[choose]}`
    if (some !== undefined) whom = `${some} ${WHOM[choose]}`
    else if (isRanked) whom = `the ${choose} ${portion} of listeners`
    text = `${whom} ${WHAT[what]}`
    if (delayMs !== undefined) text += `, by ${delayMs[0]} to ${delayMs[1]} ms`
  }
  const when = everyS === undefined ? `at ${atS} s` : `every ${everyS} s from ${atS} to ${untilS} s`
  return `${when}: ${text}${forS > 0 ? `, for ${forS} s` : ''}`
}

/** "a", "a and b", "a, b and c". */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Never "100 %" of what is not all. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`
  const digits = share > 0.9995 ? 3 : share > 0.99 || share < 0.01 ? 2 : 1
  const power = 10 ** digits
  const value =
    share > 0.5 ? Math.floor(share * 100 * power + 1e-9) / power : Math.round(share * 100 * power) / power
  return `${value} %`
}

/** 271 → "271 ms", 1541 → "1.5 s". */
export function time(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

/** 12345 → "12,345". */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

function times(value: number): string {
  return `${value < 10 ? value.toFixed(value < 2 ? 2 : 1) : whole(value)} copies`
}

function count(value: number, noun: string): string {
  return `${whole(value)} ${noun}${value === 1 ? '' : 's'}`
}
