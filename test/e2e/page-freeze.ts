/** A page that feeds others stands still, for as long as one likes, and comes back. */

import { expect } from 'chai'
import process from 'node:process'
import { find, loudest } from '../audio/signal.js'
import type { Chromium, TestPage } from '../browser/chromium.js'
import { recordingOf, statsOf } from './pages.js'
import { expectUnheard, type PageSwarm, record, settled } from './page-swarm.js'

const RATE = 48_000
/** How far what is heard after a freeze may be from where it would have been without; s. */
const TOLERANCE_S = 0.4
/** What is looked for in the show, and the stretch of which it is the loudest part: speakers pause; samples. */
const WINDOW = RATE / 4
const STRETCH = 2 * RATE
/** How long what follows a freeze is listened to; s. */
const AFTER_S = 7

/**
 * The renderer of a page is stopped for so many seconds, by the audio of those that it feeds: they never notice. Then it goes
 * on, at the live edge, and not one old sample is heard.
 */
export async function expectFreezeUnheard(
  swarm: PageSwarm,
  chromium: Chromium,
  seconds: number
): Promise<void> {
  const { victim, others, samples } = swarm
  await settled(victim)
  await victim.evaluate(() => window.record())
  await record([victim], 3)
  const id = (await statsOf(victim)).id
  const renderers = await renderersOf(chromium)
  let resumed = 0
  await expectUnheard(
    swarm,
    async () => {
      for (const pid of renderers) process.kill(pid, 'SIGSTOP')
      try {
        await record(others, seconds)
        const stillFed = (await Promise.all(others.map(statsOf))).filter(({ feeds }) => feeds.includes(id))
        expect(stillFed.length, 'pages that still wait for it').to.equal(0)
      } finally {
        resumed = Date.now()
        for (const pid of renderers) process.kill(pid, 'SIGCONT')
      }
      await heardSince(victim, resumed)
      await record([victim], AFTER_S)
    },
    1
  )
  await expectLive(victim, samples, resumed, seconds)
  const { playback } = await statsOf(victim)
  expect(playback.skippedMs).to.be.above((seconds - 3) * 1000)
  expect(victim.problems).to.deep.equal([])
}

/** Chromium's own word for each process that runs pages. */
async function renderersOf({ browser }: Chromium): Promise<number[]> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}

/** Waits until a page is audible that was silent until this wall time. */
function heardSince(page: TestPage, wallMs: number): Promise<void> {
  return page.evaluate(
    (since) =>
      new Promise<void>((resolve) => {
        const isSince = (at: number): boolean => performance.timeOrigin + at >= since
        if (window.log.some(({ event, at }) => event === 'audible' && isSince(at))) resolve()
        else window.listener.on('audible', () => resolve())
      }),
    wallMs
  )
}

/** All that was heard since a wall time is the show, as far behind the live edge as before. */
async function expectLive(
  page: TestPage,
  samples: Float32Array,
  resumed: number,
  seconds: number
): Promise<void> {
  const heard = await recordingOf(page)
  const blocks = await page.evaluate(() => window.recordedBy())
  const stopped = blocks.findLast(({ wallMs }) => wallMs < resumed)!.samples
  const first = heard.findIndex((sample, at) => at >= stopped && sample !== 0)
  /** When the show's first sample would have been heard, by the loudest of a stretch; wall time, s. */
  const beganBy = (from: number, length: number): number => {
    const loud = from + loudest(heard.subarray(from, from + length), WINDOW)
    const place = find(heard.subarray(loud, loud + WINDOW), samples)
    expect(place, `what is heard at ${loud / RATE} s is a part of the show`).not.to.equal(undefined)
    const block = blocks.find(({ samples }) => samples >= loud)!
    return (block.wallMs - (block.samples - loud) / 48) / 1000 - place! / RATE
  }
  const before = beganBy(stopped - STRETCH, STRETCH)
  const later: number[] = []
  // From behind the first quanta, which fade in.
  for (let from = first + 512; from + STRETCH <= heard.length; from += STRETCH) {
    later.push(beganBy(from, STRETCH) - before)
  }
  console.log(
    `      frozen for ${seconds} s; heard again after ${((first - stopped) / RATE).toFixed(1)} s, ` +
      `${Math.min(...later).toFixed(2)} to ${Math.max(...later).toFixed(2)} s further behind than before`
  )
  expect(later.length).to.be.at.least(3)
  for (const behind of later) expect(behind).to.be.within(-TOLERANCE_S, TOLERANCE_S)
}
