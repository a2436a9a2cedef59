import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { find, snr } from '../audio/signal.js'
import { type TestPage, useChromium } from '../browser/chromium.js'
import { useSite } from '../browser/site.js'
import { needs } from '../setup/tools.js'
import { makeLongShow, openListener, recordingOf, statsOf } from '../e2e/pages.js'
import { endAll, startBroadcast, startTracker, type Treecast, treecast } from '../e2e/processes.js'

const SIZES = [
  { relays: 3, pages: 6 },
  // Asks for more than two cores.
  { relays: 6, pages: 12 }
]
/** What is compared of each page's sound; s. */
const SECONDS = 60
const RATE = 48_000

describe('a swarm of relays and pages', function () {
  this.timeout(540_000)
  const chromium = useChromium()
  const site = useSite()
  let folder: string

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-swarm-'))
  })
  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  for (const size of SIZES) {
    it(`${size.pages} pages, ${size.relays} relays: every page hears every sample, and pages feed pages`, () =>
      swarm(size))
  }

  async function swarm({ relays: relayCount, pages: pageCount }: (typeof SIZES)[number]): Promise<void> {
    const { file, samples } = makeLongShow(folder)
    const { url } = await startTracker()
    const few = ['--max-children', '3', '--max-peers', '3']
    const { origin, link } = await startBroadcast(url, file, ...few)
    const relays: Treecast[] = []
    for (let i = 0; i < relayCount; i++) {
      const relay = treecast('relay', link, '--max-children', '2')
      relays.push(relay)
      await relay.event('playing')
    }
    const pages: TestPage[] = []
    const startups: number[] = []
    for (let i = 0; i < pageCount; i++) {
      const { page, startupMs } = await openListener(chromium, site, link)
      pages.push(page)
      startups.push(Math.round(startupMs))
    }
    await Promise.all(pages.map((page) => page.evaluate(() => window.record())))
    await Promise.all(pages.map((page) => page.evaluate((s) => window.recordedFor(s), SECONDS)))

    const stats = await Promise.all(pages.map(statsOf))
    const worst: number[] = []
    for (const page of pages) {
      const heard = (await recordingOf(page)).subarray(0, SECONDS * RATE)
      const place = find(heard.subarray(RATE, 2 * RATE), samples)
      // Nowhere in the show: what is heard is not what was sent.
      if (place === undefined) worst.push(-Infinity)
      else worst.push(snr(samples.subarray(place - RATE, place - RATE + heard.length), heard))
    }
    const ids = new Set(stats.map(({ id }) => id))
    const fedByPages = stats.filter(({ feeds }) => feeds.some((id) => id !== null && ids.has(id)))
    const links = stats.flatMap(({ neighbours }) => neighbours)
    const feeding = links.filter(({ feeds, fed }) => feeds.length + fed.length > 0)
    const pageToPage = feeding.filter(({ id }) => ids.has(id)).length / 2
    const pageToRelay = feeding.filter(({ id }) => !ids.has(id)).length
    const fedByOrigin = origin.events
      .filter(({ event }) => event === 'stats')
      .map(({ children }) => children as number)
    console.log(
      `      the origin feeds ${Math.max(...fedByOrigin)}; ${fedByPages.length} of ${pageCount} pages are fed by pages; ` +
        `links that feed: ${pageToPage} page–page, ${pageToRelay} page–Node; ` +
        `SNR ${worst.map((each) => each.toFixed(0)).join(', ')} dB; ` +
        `underruns ${stats.map(({ playback }) => playback.underruns).join(', ')}; ` +
        `ratios ${stats.map(({ playback }) => playback.ratio.toFixed(4)).join(', ')}; ` +
        `gaps ${stats.map(({ gaps }) => gaps).join(', ')}; ` +
        `lag ${stats.map(({ lagMs }) => lagMs).join(', ')} ms; ` +
        `depth ${Math.max(...stats.map(({ depth }) => depth))}; ` +
        `first sample after ${startups.join(', ')} ms`
    )
    for (const [index, { playback, gaps }] of stats.entries()) {
      const { underruns, concealedMs, skippedMs } = playback
      const name = `page ${index}`
      expect({ underruns, concealedMs, skippedMs, gaps }, name).to.deep.equal({
        underruns: 0,
        concealedMs: 0,
        skippedMs: 0,
        gaps: 0
      })
      expect(worst[index], name).to.be.at.least(60)
      expect(pages[index]!.problems, name).to.deep.equal([])
    }
    expect(Math.max(...fedByOrigin)).to.be.at.most(3)
    expect(fedByPages.length).to.be.at.least(pageCount / 2)
    expect(pageToPage).to.be.at.least(1)
    expect(pageToRelay).to.be.at.least(1)
    expect(stats.every(({ links: by }) => (by.webrtc ?? 0) > 0)).to.equal(true)
    expect(site.violations).to.deep.equal([])
  }
})
