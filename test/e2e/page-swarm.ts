/**
 * A small swarm in which one page certainly feeds others: what is done to it must not be heard by those. The first one lives
 * in a Chromium of its own, so that its process can be told from theirs.
 */

import { expect } from 'chai'
import { find, loudest, snr } from '../audio/signal.js'
import type { Chromium, TestPage } from '../browser/chromium.js'
import type { Site } from '../browser/site.js'
import type { WebStats } from '../../src/index.js'
import { openListener, recordingOf, statsOf } from './pages.js'
import { startBroadcast, startTracker, treecast } from './processes.js'

const RATE = 48_000
const RELAYS = 2
/** Pages beside the one that something happens to; and how many more may come until it feeds one of them. */
const OTHERS = 3
const MORE = 3
/** What is recorded before anything happens; s. */
const LEAD_S = 2
/** Decoded twice by different decoders it is 84 dB; one packet concealed in half a minute would be below 30. */
const SAME_DB = 60

export interface PageSwarm {
  /** The page that something happens to. It feeds some of the others. */
  readonly victim: TestPage
  readonly others: readonly TestPage[]
  /** Opens one more page. */
  open(): Promise<TestPage>
  /** The left side of what is sent. */
  readonly samples: Float32Array
}

export interface Stage {
  readonly site: Site
  /** For the others, and for the one. */
  readonly chromium: Chromium
  readonly apart: Chromium
  readonly show: { readonly file: string; readonly samples: Float32Array }
}

/** A tracker, a broadcast that feeds two relays, and pages, which all have more to upload than these. */
export async function startPageSwarm({ site, chromium, apart, show }: Stage): Promise<PageSwarm> {
  const { url } = await startTracker()
  const { link } = await startBroadcast(url, show.file, '--max-children', '2', '--max-peers', '2')
  for (let i = 0; i < RELAYS; i++) await treecast('relay', link, '--max-children', '2').event('playing')
  const { page: victim } = await openListener(apart, site, link)
  const open = async (): Promise<TestPage> => (await openListener(chromium, site, link)).page
  const others: TestPage[] = []
  while (others.length < OTHERS) others.push(await open())
  return untilItFeeds({ victim, others, open, samples: show.samples })
}

/** The swarm without the page that something has happened to, and with that one in its place that feeds most others. */
export async function withNextVictim({ others, ...swarm }: PageSwarm): Promise<PageSwarm> {
  const stats = await Promise.all(others.map(statsOf))
  const fedBy = others.map((_, index) => stats.filter(({ feeds }) => feeds.includes(stats[index]!.id)).length)
  const victim = others[fedBy.indexOf(Math.max(...fedBy))]!
  return untilItFeeds({ ...swarm, victim, others: others.filter((page) => page !== victim) })
}

/** A newcomer spreads its stripes over all who have room. On a busy machine some may have moved away again meanwhile. */
export async function untilItFeeds(swarm: PageSwarm): Promise<PageSwarm> {
  for (let more = 0; more < MORE && (await pagesBehind(swarm)).length === 0; more++) {
    swarm = { ...swarm, others: [...swarm.others, await swarm.open()] }
  }
  return swarm
}

/**
 * Does something to a page that feeds others, and holds these to it that nobody could have heard it: no sample is missing
 * or other than it was sent, before and for so many seconds after.
 */
export async function expectUnheard(
  swarm: PageSwarm,
  happens: () => Promise<unknown>,
  seconds: number
): Promise<void> {
  const { others, samples } = swarm
  await Promise.all(others.map(settled))
  await Promise.all(others.map((page) => page.evaluate(() => window.record())))
  // What was recorded before this is somebody else's.
  const since = await Promise.all(others.map(recordedIn))
  await record(others, LEAD_S)
  const behind = await pagesBehind(swarm)
  const before = await Promise.all(others.map(statsOf))
  expect(behind.length, 'pages that it feeds').to.be.at.least(1)
  await happens()
  await record(others, seconds)
  const after = await Promise.all(others.map(statsOf))
  const likeness = await Promise.all(
    others.map(async (page, index) => likenessOf((await recordingOf(page)).subarray(since[index]), samples))
  )
  console.log(
    `      it fed ${behind.length} of ${others.length} pages; since then ` +
      `SNR ${likeness.map((each) => each.toFixed(0)).join(', ')} dB, ` +
      `${after.map(({ backfilled }, index) => backfilled - before[index]!.backfilled).join(', ')} packets asked for again`
  )
  for (const [index, page] of others.entries()) {
    const name = `page ${index}`
    expect(lossesOf(after[index]!), name).to.deep.equal(lossesOf(before[index]!))
    expect(likeness[index], name).to.be.at.least(SAME_DB)
    expect(page.problems, name).to.deep.equal([])
  }
}

/** What those tell that the one feeds at this moment. */
export async function pagesBehind({ victim, others }: PageSwarm): Promise<WebStats[]> {
  const { id } = await statsOf(victim)
  return (await Promise.all(others.map(statsOf))).filter(({ feeds }) => feeds.includes(id))
}

/** Waits until a page plays as it is sent: where its start was held up, it plays a little faster or slower for a while. */
export function settled(page: TestPage): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const off = window.listener.on('stats', ({ playback }) => {
          if (playback.ratio !== 1) return
          off()
          resolve()
        })
      })
  )
}

/** Samples that a page has recorded so far. */
function recordedIn(page: TestPage): Promise<number> {
  return page.evaluate(() => window.recordedBy().at(-1)?.samples ?? 0)
}

/** Waits until each has recorded so many seconds more. */
export async function record(pages: readonly TestPage[], seconds: number): Promise<void> {
  await Promise.all(
    pages.map((page) =>
      page.evaluate((more) => {
        const samples = window.recordedBy().at(-1)?.samples ?? 0
        return window.recordedFor(samples / 48_000 + more)
      }, seconds)
    )
  )
}

/** What a listener could have heard. */
function lossesOf({ gaps, playback: { underruns, concealedMs, skippedMs } }: WebStats) {
  return { gaps, underruns, concealedMs, skippedMs }
}

/** How like a recording is to the part of the show that it is of; dB. */
function likenessOf(heard: Float32Array, samples: Float32Array): number {
  const from = loudest(heard, RATE)
  const place = find(heard.subarray(from, from + RATE), samples)
  // Nowhere in the show: what is heard is not what was sent.
  if (place === undefined) return -Infinity
  return snr(samples.subarray(place - from, place - from + heard.length), heard)
}
