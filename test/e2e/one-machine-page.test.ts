/** The page of `npm start`, in real Chromium: with the very show, and with crowds that are only told. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openStage } from '../../examples/one-machine/server.js'
import { Story } from '../../examples/one-machine/story.js'
import { type TestPage, useChromium } from '../browser/chromium.js'

const MAIN = fileURLToPath(new URL('../../examples/one-machine/main.js', import.meta.url))

/** How long a page may take for what takes a moment where there is nothing else to do. */
const PATIENCE_MS = 120_000

type Running = ChildProcessByStdio<null, Readable, Readable>

/** `npm start` as it is, but for the build, the terminal, and the number of processes. */
class Show {
  readonly child: Running
  readonly ended: Promise<number | null>
  output = ''

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    }
    this.ended = once(this.child, 'close').then(([code]) => code as number | null)
  }

  /** What it has said, as soon as it has. */
  async said(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.output)
      if (found !== null) return found
      const over = this.ended.then(() => 'over')
      if ((await Promise.race([once(this.child.stdout, 'data'), over])) === 'over') {
        throw new Error(`it ended without ${words}: ${this.output}`)
      }
    }
  }

  async address(): Promise<string> {
    return (await this.said(/browser: (http:\S+)/))[1]!
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await this.ended
  }
}

describe('one machine: the page', function () {
  // Real processes beside a browser, on a machine that may be busy with others.
  this.timeout(180_000)
  const chromium = useChromium()

  function visit(address: string, setUp?: (page: TestPage) => Promise<void>): Promise<TestPage> {
    return chromium.open(address, (page) => {
      page.setDefaultTimeout(PATIENCE_MS)
      return setUp?.(page)
    })
  }

  describe('with the show', () => {
    let show: Show
    afterEach(() => show.stop())

    it('draws all peers, a kill and its mending, a listener that was added', async () => {
      show = new Show('--listeners', '5', '--seconds', '600')
      const page = await visit(await show.address())
      await page.waitForFunction(() => document.querySelectorAll('.peer.is-listening').length === 5)
      await page.locator('[data-key=origin]').waitFor()
      // Each of the five by four stripes.
      await page.waitForFunction(() => document.querySelectorAll('.lines .line').length === 20)
      const title = page.locator('#title')
      await title.getByText('A guided tour, spoken – Allison Smith').waitFor()

      await page.locator('#kill:enabled').click()
      await page.locator('.peer.is-killed').waitFor()
      await page
        .locator('#news .is-bad')
        .getByText(/^Killed \w+, which fed/)
        .waitFor()
      await page
        .locator('#news .is-good')
        .getByText(/have new parents after .* nothing was missed/)
        .waitFor()
      await page.waitForFunction(() => document.querySelectorAll('.peer').length === 5)

      await page.locator('#add').click()
      await page.waitForFunction(() => document.querySelectorAll('.peer.is-listening').length === 5)
      await page.waitForFunction(() => document.querySelectorAll('.lines .line').length === 20)
      expect(page.problems).to.deep.equal([])
    })

    it('becomes one more relay when it plays, for all to see, and leaves when it is closed', async () => {
      show = new Show('--listeners', '3', '--seconds', '600')
      const address = await show.address()
      const watcher = await visit(address)
      await watcher.waitForFunction(() => document.querySelectorAll('.peer.is-listening').length === 3)
      const players = [await visit(address), await visit(address)]
      for (const player of players) {
        await play(player)
        await player.locator('.peer.is-own.is-listening').getByText('This page').waitFor()
        // All four stripes come to it, and their ways stand out.
        await player.waitForFunction(() => document.querySelectorAll('.lines .is-own').length >= 4)
        await player
          .locator('#own')
          .getByText(/You are in the tree, as page \d\. Fed by .* by (WebRTC|WebSocket)/)
          .waitFor()
      }
      await watcher.locator('.peer.is-page.is-listening').nth(1).waitFor()
      await watcher.locator('#news').getByText('Page 1 has joined').waitFor()
      await watcher.waitForFunction(() => document.querySelectorAll('.lines .line').length === 20)
      for (const page of [watcher, ...players]) expect(page.problems).to.deep.equal([])

      await players[0]!.close()
      await watcher.locator('#news').getByText('Page 1 has left.').waitFor()
      await watcher.waitForFunction(() => document.querySelectorAll('.peer.is-page').length === 1)

      show.child.kill('SIGTERM')
      await watcher.locator('#notice').getByText('The show is over.').waitFor()
      expect(await watcher.locator('#state').textContent()).to.equal('Over')
      await show.ended
      expect(show.output).to.match(/5 listeners, 2 of them in a browser/)
      expect(watcher.problems).to.deep.equal([])
    })

    it('plays the recording again while it is open, and only then', async () => {
      show = new Show('--listeners', '2', '--fast', '10')
      const page = await visit(await show.address())
      await page.locator('#news').getByText('The recording begins again').waitFor()
      await page.locator('#time').getByText('/ 2:04').waitFor()
      await page.close()
      await show.ended
      expect(show.output).to.match(/^The show is over after \d:\d\d: 2 listeners\.$/m)
    })
  })

  describe('with a story', () => {
    let story: Story
    let stage: Awaited<ReturnType<typeof openStage>>

    beforeEach(async () => {
      story = new Story({ durationMs: 62_000, speed: 1 })
      stage = await openStage({ story, killBusiest: () => undefined, add: () => undefined }, 0)
    })
    afterEach(() => stage.close())

    for (const [width, height] of [
      [360, 740],
      [1280, 800]
    ] as const) {
      it(`shows forty peers ${width} px wide, and nothing beside the page`, async () => {
        crowd(story, 26, 14)
        const page = await visit(stage.address, (blank) => blank.setViewportSize({ width, height }))
        await drawn(page, 41)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(width)
        const outside = await page.evaluate(() => {
          const stage = document.querySelector('#stage')!.getBoundingClientRect()
          return [...document.querySelectorAll('.peer .frame')].filter((peer) => {
            const { left, right, top, bottom } = peer.getBoundingClientRect()
            return left < stage.left || right > stage.right || top < stage.top || bottom > stage.bottom
          }).length
        })
        expect(outside).to.equal(0)
        expect(page.problems).to.deep.equal([])
      })
    }

    it('moves who has other parents to where it stands now, at once where motion is unwelcome', async () => {
      crowd(story, 4, 0)
      const page = await visit(stage.address, (blank) => blank.emulateMedia({ reducedMotion: 'reduce' }))
      await drawn(page, 5)
      const at = async (key: string): Promise<number> =>
        (await page.locator(`[data-key="${key}"]`).boundingBox())!.y
      const before = await at('3')
      const stood = await at('1')
      told(story, 3, ['id-0', 'id-0', 'id-0', 'id-0'])
      await page.waitForFunction(
        (y) => document.querySelector('[data-key="3"]')!.getBoundingClientRect().y < y - 5,
        before
      )
      expect(await at('3')).to.be.closeTo(await at('1'), 60)
      expect(await at('1')).to.be.at.least(stood - 1)
    })

    it('shows one stripe alone', async () => {
      crowd(story, 12, 0)
      const page = await visit(stage.address)
      await drawn(page, 13)
      await page.getByLabel('Stripe 2 alone').check({ force: true })
      await page.waitForFunction(() => document.querySelectorAll('.lines .line').length === 12)
      expect(await page.locator('.lines .stripe-2').count()).to.equal(12)
    })

    it('is used by the keyboard: from peer to peer, one is chosen, its ways alone are seen', async () => {
      crowd(story, 6, 0)
      const page = await visit(stage.address)
      await drawn(page, 7)
      await page.locator('#stripes input:checked').focus()
      await page.keyboard.press('Tab')
      const focused = (): Promise<string | null> =>
        page.evaluate(() => document.activeElement!.getAttribute('data-key'))
      expect(await focused()).to.equal('origin')
      await page.keyboard.press('ArrowDown')
      const key = await focused()
      expect(key).to.match(/^\d$/)
      await page
        .locator('#looked-name')
        .getByText(await nameOf(page, key!))
        .waitFor()
      expect(await page.locator('.is-looking .is-seen').count()).to.be.above(0)
      await page.keyboard.press('Enter')
      expect(await page.locator(`[data-key="${key}"]`).getAttribute('aria-pressed')).to.equal('true')
      await page.keyboard.press('Escape')
      expect(await page.locator(`[data-key="${key}"]`).getAttribute('aria-pressed')).to.equal('false')
      // The tree is one stop of the Tab key, however many stand in it.
      await page.keyboard.press('Tab')
      expect(await focused()).to.equal(null)
    })

    it('says the tree in words', async () => {
      crowd(story, 3, 1)
      const page = await visit(stage.address)
      await drawn(page, 5)
      await page.locator('.words summary').click()
      const words = page.locator('#words li')
      await words.nth(4).waitFor()
      expect((await words.allTextContents())[1]).to.match(
        /^Ada 1 step from the origin.*\. Fed by the origin \(all stripes\)\. Feeds Bo \(.*$/
      )
      expect(await page.locator('[data-key="0"]').getAttribute('aria-label')).to.match(
        /^Ada\. 1 step from the origin/
      )
      expect(await page.locator('#in-short').textContent()).to.match(
        /^4 listeners hear the show, \d steps deep; the origin uploads 2\.00 copies; nothing is lost\.$/
      )
    })

    it('says when the show’s process is gone, and finds it again', async () => {
      const page = await visit(stage.address)
      await drawn(page, 1)
      const { port } = new URL(stage.address)
      await stage.close()
      await page.locator('#notice').getByText('out of reach').waitFor()
      // Another show at the same address: the page is loaded anew, since it was none of its pages.
      story = new Story({ durationMs: 62_000, speed: 1 })
      crowd(story, 2, 0)
      const loaded = page.waitForEvent('load')
      stage = await openStage({ story, killBusiest: () => undefined, add: () => undefined }, Number(port))
      await loaded
      await drawn(page, 3)
    })
  })
})

/** By a click, as a visitor. */
async function play(page: TestPage): Promise<void> {
  await page.waitForFunction(
    () => (document.querySelector('treecast-player')?.getAttribute('src') ?? '') !== ''
  )
  await page.locator('treecast-player').getByRole('button').first().click()
}

/** All peers, the origin included, at rest. */
async function drawn(page: TestPage, count: number): Promise<void> {
  await page.waitForFunction((count) => {
    const peers = [...document.querySelectorAll('.peer')]
    const places = peers.map((peer) => peer.getAttribute('transform')).join()
    const seen = document.body.dataset
    const isStill = seen.places === places
    seen.places = places
    return (
      peers.length === count && isStill && peers.every((peer) => peer.getAttribute('opacity') === '1.000')
    )
  }, count)
}

async function nameOf(page: TestPage, key: string): Promise<string> {
  return (await page.locator(`[data-key="${key}"] .name`).textContent())!
}

/** Everybody is fed by those that came before. */
function crowd(story: Story, processes: number, pages: number): void {
  const now = Date.now()
  story.originTold(
    { event: 'stats', id: 'id-origin', packets: 100, sent: 200, frames: 500, bytesOut: 124_000 },
    now
  )
  for (let number = 0; number < processes + pages; number++) {
    if (number < processes) {
      const listener = story.add({ isExtra: false })
      story.listenerTold(listener, { event: 'playing', startupMs: 400 }, now)
    } else {
      story.addPage()
    }
    const parents = [1, 2, 3, 5].map((part) => Math.floor((number - 1) / part))
    told(
      story,
      number,
      number === 0 ? Array<string>(4).fill('id-origin') : parents.map((parent) => `id-${parent}`)
    )
  }
}

/** A listener tells who feeds it. */
function told(story: Story, number: number, feeds: readonly string[]): void {
  const listener = story.listeners[number]!
  const counts = {
    received: 110,
    gaps: 0,
    backfilled: 0,
    bytesIn: 65_000,
    bytesOut: 98_000,
    bufferMs: 0,
    frames: 500
  }
  const depth =
    1 +
    Math.max(...feeds.map((id) => story.listeners.find(({ stats }) => stats?.id === id)?.stats?.depth ?? 0))
  const stats = { id: `id-${number}`, feeds, depth, packets: 0, sent: 0, ...counts }
  if (listener.isPage) story.pageTold(listener, stats, Date.now())
  else story.listenerTold(listener, { event: 'stats', ...stats }, Date.now())
}
