import { expect } from 'chai'
import type { TestPage } from '../browser/chromium.js'
import { usePlayerPages } from './page.js'

const TIMELINE = { begin: 0, end: 3725, position: 3725, live: true, over: false, keptBytes: 0 }

describe('player: the past', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  /** A player that plays, with so much of the past in reach. */
  async function playing(change: Partial<typeof TIMELINE> = {}): Promise<TestPage> {
    const page = await pages.open()
    await page.evaluate(
      async (time) => {
        const { stage } = window
        await stage.place().play()
        stage.listener.time = time
        stage.listener.tell('stats', stage.stats())
      },
      { ...TIMELINE, ...change }
    )
    return page
  }

  const look = (page: TestPage): Promise<{ past: boolean; texts: string; live: boolean; edge: boolean }> =>
    page.evaluate(() => {
      const { stage } = window
      const past = stage.part('past')
      return {
        past: past.checkVisibility(),
        texts: [...past.querySelectorAll('span')].map(({ textContent }) => textContent).join(' '),
        live: stage.part('live').checkVisibility(),
        edge: stage.part('edge').checkVisibility()
      }
    })

  it('has a seek bar where it is in reach, and none where it is not, or short', async () => {
    const page = await playing()
    expect(await look(page)).to.deep.equal({ past: true, texts: '1:02:05 1:02:05', live: true, edge: false })
    await page.evaluate(
      (time) => {
        const { stage } = window
        stage.listener.time = time
        stage.listener.tell('stats', stage.stats())
      },
      { ...TIMELINE, begin: 3710 }
    )
    expect(await look(page)).to.include({ past: false, live: true })
    expect(await page.evaluate(() => window.stage.listener.options.past)).to.equal(true)
  })

  it('is gone to by the bar, when it is let go, by its keys, and from the start; and left for the live show', async () => {
    const page = await playing()
    const calls = (): Promise<string[]> =>
      page.evaluate(() => window.stage.listener.calls.filter((call) => !call.startsWith('play')))
    await page.evaluate(() => {
      const seek = window.stage.part('seek') as HTMLInputElement
      seek.valueAsNumber = 1_850
      seek.dispatchEvent(new Event('input'))
    })
    // Dragged, it says where to; what comes meanwhile does not move it.
    await page.evaluate(() => window.stage.listener.tell('stats', window.stage.stats()))
    expect((await look(page)).texts).to.equal('30:50 1:02:05')
    expect(await calls()).to.deep.equal([])
    await page.evaluate(() => window.stage.part('seek').dispatchEvent(new Event('change')))
    expect(await calls()).to.deep.equal(['seek 1850'])
    expect(await look(page)).to.deep.equal({ past: true, texts: '30:50 1:02:05', live: false, edge: true })

    await page.locator('[part=seek]').focus()
    await page.keyboard.press('ArrowLeft')
    expect(await calls()).to.deep.equal(['seek 1850', 'seek 1849'])

    await page.getByRole('button', { name: 'From the start' }).click()
    expect((await look(page)).texts).to.equal('0:00 1:02:05')
    await page.getByRole('button', { name: 'Go live' }).click()
    expect(await calls()).to.deep.equal(['seek 1850', 'seek 1849', 'seek 0', 'go live'])
    expect(await look(page)).to.include({ live: true, edge: false })
  })

  it('of a show that is over has no live edge to go to', async () => {
    const page = await playing({ live: false, over: true, position: 75, end: 600 })
    expect(await look(page)).to.deep.equal({ past: true, texts: '1:15 10:00', live: false, edge: false })
  })
})
