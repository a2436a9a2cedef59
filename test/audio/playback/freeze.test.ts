import { expect } from 'chai'
import process from 'node:process'
import { type TestPage, useChromium } from '../../browser/chromium.js'
import { find } from '../signal.js'
import { floats, openLab, useLab } from './lab.js'

const RATE = 48_000
const DELAY_S = 1.5

/** What was heard from a wall time on: the first sound of it, and where the show was live when it was heard. */
async function soundSince(page: TestPage, wallMs: number) {
  const { text, wallMsOf } = await page.evaluate((wallMs) => {
    const since = window.lab.heard.filter((block) => block.wallMs >= wallMs)
    const all = new Float32Array(since.length * 128)
    for (const [index, { samples }] of since.entries()) all.set(samples, index * 128)
    return {
      text: window.lab.encode(all),
      wallMsOf: since.map((block) => block.wallMs - window.lab.showBegan)
    }
  }, wallMs)
  const heard = floats(text)
  const first = heard.findIndex((sample) => sample !== 0)
  // Behind the first quantum, which fades in.
  const begin = (Math.floor(first / 128) + 1) * 128
  return { part: heard.subarray(begin, begin + RATE / 2), live: wallMsOf[begin / 128]! / 1000 }
}

/** Starts a show that plays, in a page of its own. */
async function play(page: TestPage): Promise<void> {
  await page.evaluate(async (delayMs) => {
    const playback = window.lab.makePlayback({ delayMs })
    const started = playback.start()
    await window.lab.record(playback.node!)
    await started
    void window.lab.feed({ joined: 2.5, until: 20 })
    await new Promise<void>((resolve) => playback.whenHeard(1.5 * 48_000, resolve))
  }, DELAY_S * 1000)
}

/** Waits until some of it has been heard again, and tells how it went on. */
async function whatFollowed(page: TestPage, resumed: number) {
  await page.evaluate(() => window.lab.logged('playing', 2))
  await page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        window.lab.playback.whenHeard((Date.now() - window.lab.showBegan) * 48, resolve)
      )
  )
  const { part, live } = await soundSince(page, resumed)
  const place = find(part, floats(await page.evaluate(() => window.lab.decodeShow())))
  expect(place, 'what is heard first is a part of the show').not.to.equal(undefined)
  const stats = await page.evaluate(() => window.lab.playback.stats())
  return { behind: live - place! / RATE, stats }
}

describe('playback after a freeze, in Chromium', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const lab = useLab()

  it('plays on at the live edge, and not one old quantum, after the process was stopped', async () => {
    const page = await openLab(chromium, lab)
    const session = await chromium.browser.newBrowserCDPSession()
    await play(page)
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer')
    const each = (signal: 'SIGSTOP' | 'SIGCONT') => {
      for (const { id } of renderers) process.kill(id, signal)
    }
    each('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    const resumed = Date.now()
    each('SIGCONT')
    const { behind, stats } = await whatFollowed(page, resumed)
    expect(behind).to.be.within(DELAY_S - 0.4, DELAY_S + 0.4)
    expect(stats.skippedMs).to.be.above(3_000)
  })

  it('plays on at the live edge after the page alone stood still', async () => {
    const page = await openLab(chromium, lab)
    await play(page)
    // Its audio thread went on, and ran out of audio.
    const resumed = await page.evaluate(() => {
      const end = Date.now() + 5_000
      while (Date.now() < end);
      return end
    })
    const { behind, stats } = await whatFollowed(page, resumed)
    expect(behind).to.be.within(DELAY_S - 0.4, DELAY_S + 0.4)
    expect(stats.underruns).to.be.at.least(1)
    expect(stats.skippedMs).to.be.above(2_000)
  })
})
