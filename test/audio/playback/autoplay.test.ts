import { expect } from 'chai'
import type { TreecastError } from '../../../src/protocol/errors.js'
import { type TestPage, useChromium } from '../../browser/chromium.js'
import { definePage, openLab, useLab } from './lab.js'

describe('playback where sound wants a gesture, in Chromium', function () {
  this.timeout(60_000)
  const chromium = useChromium({ autoplay: false })
  const lab = useLab()

  for (const output of ['worklet', 'element'] as const) {
    it(`says that it is blocked, and plays after unlock(), from the live edge (${output})`, async () => {
      const said: string[] = []
      let blocked: Promise<unknown> | undefined
      // Not by `evaluate` before the click: it counts as a gesture.
      const page = await chromium.open(lab.url('blank.html'), async (page: TestPage) => {
        page.on('console', (message) => said.push(message.text()))
        blocked = page.waitForEvent('console', (message) => message.text().startsWith('start'))
        await page.addInitScript(definePage)
        await page.addInitScript(`globalThis.output = '${output}'`)
        await page.addInitScript(() => {
          const play = async () => {
            await window.lab.load()
            const playback = window.lab.makePlayback({
              output: (globalThis as unknown as { output: 'worklet' }).output
            })
            document.addEventListener('click', () => void playback.unlock())
            void window.lab.feed({ joined: 2, until: 15 })
            await playback.start().then(
              () => console.log('start resolved'),
              (error: unknown) => {
                console.log(`start ${(error as TreecastError).code} after ${window.lab.log.join()}`)
              }
            )
          }
          document.addEventListener('DOMContentLoaded', () => void play())
        })
      })
      await blocked
      expect(said).to.include('start playback-blocked after blocked')
      await page.mouse.click(10, 10)
      const { log, stats, live } = await page.evaluate(async () => {
        await window.lab.logged('playing')
        await new Promise<void>((resolve) =>
          window.lab.playback.whenHeard((Date.now() - window.lab.showBegan) * 48, resolve)
        )
        return {
          log: window.lab.log,
          stats: window.lab.playback.stats(),
          live: (Date.now() - window.lab.showBegan) / 1000
        }
      })
      expect(log).to.deep.equal(['blocked', 'playing'])
      expect(stats.delayMs).to.be.within(800, 2_000)
      expect(live).to.be.above(2)
      expect(page.problems).to.deep.equal([])
    })
  }

  it('tells of the end, though nothing was heard', async () => {
    const page = await openLab(chromium, lab)
    const log = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      playback.push(window.lab.frames[0]!)
      playback.end()
      return window.lab.logged('ended')
    })
    expect(log).to.deep.equal(['ended'])
  })
})
