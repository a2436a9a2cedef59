import { expect } from 'chai'
import { broadcast } from '../../src/api/node-broadcast.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { find, loudest, snr } from '../audio/signal.js'
import { type TestPage, useChromium } from '../browser/chromium.js'
import { type Site, startSite } from '../browser/site.js'
import { needs } from '../setup/tools.js'
import { openListener, recordingOf, samplesOf } from './pages.js'
import { SHOW } from './processes.js'

const RATE = 48_000

/** Decoded by different decoders the same packets are 84 dB. */
const SAME_DB = 60

/** Until the page has heard this place of the show; s. */
const heardUntil = (page: TestPage, second: number): Promise<unknown> =>
  page.waitForFunction((place) => window.listener.timeline()!.position >= place, second, { timeout: 30_000 })

/** Where in the show what was recorded last lies, and whether it is the show's, sample by sample. */
function expectOfShow(recording: Float32Array, show: Float32Array, second: number): void {
  const last = recording.subarray(-2 * RATE)
  const begin = loudest(last, RATE / 2)
  const part = last.subarray(begin, begin + RATE / 2)
  const place = find(part, show)!
  expect(place / RATE).to.be.within(second - 2, second + 2)
  expect(snr(show.subarray(place, place + part.length), part)).to.be.at.least(SAME_DB)
}

describe('the past of a show in a page', function () {
  this.timeout(90_000)
  let tracker: TrackerServer
  let site: Site
  const chromium = useChromium()

  before(async function () {
    needs(this, 'ffmpeg')
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    site = await startSite()
  })

  after(async () => {
    await site.close()
    await tracker.close()
  })

  const timeline = (page: TestPage) => page.evaluate(() => window.listener.timeline()!)

  it('is gone to, paused in, and left for the live show', async () => {
    const show = await broadcast({ source: SHOW, trackers: [tracker.url], keepMb: 16 })
    await new Promise<void>((resolve) => {
      show.on('stats', ({ frames }) => {
        if (frames > 250) resolve()
      })
    })
    const { page } = await openListener(chromium, site, show.link, { past: true })
    expect(await timeline(page)).to.include({ live: true, over: false, begin: 0 })

    await page.evaluate(async () => {
      await window.record()
      window.listener.seek(1)
    })
    await heardUntil(page, 3.5)
    const samples = samplesOf(SHOW)
    const at = await timeline(page)
    expect(at).to.include({ live: false, over: false })
    expect(at.position).to.be.below(5)
    expectOfShow(await recordingOf(page), samples, at.position)

    const paused = await page.evaluate(() => {
      window.listener.pause()
      return window.listener.timeline()!.position
    })
    // The live show goes on.
    await page.waitForFunction((end) => window.listener.timeline()!.end > end + 1, at.end)
    expect(await timeline(page)).to.include({ live: false, position: paused })
    await page.evaluate(() => window.listener.play())
    await heardUntil(page, paused + 1)
    expect((await timeline(page)).position).to.be.below(paused + 3)

    await page.evaluate(() => window.listener.goLive())
    await page.waitForFunction(() => {
      const { live, position, end } = window.listener.timeline()!
      return live && position > end - 4
    })
    const { playback } = await page.evaluate(() => window.listener.stats())
    expect(playback.underruns).to.equal(0)
    expect(page.problems).to.deep.equal([])
    await show.close()
  })

  it('is heard from the start when the show is over', async () => {
    const show = await broadcast({ source: SHOW, trackers: [tracker.url], keepMb: 16, speed: 40 })
    await new Promise<void>((resolve) => show.on('lending', resolve))
    const { page } = await openListener(chromium, site, show.link, { past: true })
    await heardUntil(page, 1.5)
    const at = await timeline(page)
    expect(at).to.include({ begin: 0, live: false, over: true })
    expect(at.position).to.be.below(4)
    await page.evaluate((end) => window.listener.seek(end - 1), at.end)
    await page.evaluate(() => window.listener.ended)
    await show.close()
  })
})
