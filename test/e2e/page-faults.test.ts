/** Pages that feed others close, crash and hide; those behind them hear nothing of it. `test/soak` freezes them. */

import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chromium, startChromium, useChromium } from '../browser/chromium.js'
import { useSite } from '../browser/site.js'
import { startVisitorsChromium } from '../browser/visitor.js'
import { needs } from '../setup/tools.js'
import {
  expectUnheard,
  pagesBehind,
  record,
  type Stage,
  startPageSwarm,
  withNextVictim
} from './page-swarm.js'
import { makeLongShow, statsOf } from './pages.js'
import { endAll } from './processes.js'

/** How long those behind are listened to after a loss; s. */
const AFTER_S = 5
/** How long a page is hidden while it plays, and then while it is paused; s. */
const HIDDEN_S = 6
const PAUSED_S = 4

describe('a page that feeds others', function () {
  this.timeout(240_000)
  const chromium = useChromium()
  const site = useSite()
  let folder: string
  let show: Stage['show']
  let apart: Chromium | undefined

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-faults-'))
    show = makeLongShow(folder)
  })
  afterEach(async () => {
    await apart?.close()
    apart = undefined
    await endAll()
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('closes, and another crashes, and those behind them play on', async () => {
    apart = await startChromium()
    const swarm = await startPageSwarm({ site, chromium, apart, show })
    await expectUnheard(swarm, () => swarm.victim.close(), AFTER_S)

    const next = await withNextVictim(swarm)
    const session = await chromium.devTools(next.victim)
    const crash = async (): Promise<void> => {
      const crashed = next.victim.waitForEvent('crash')
      // Nobody is left to answer.
      session.send('Page.crash').catch(() => undefined)
      await crashed
    }
    await expectUnheard(next, crash, AFTER_S)
    expect(next.victim.problems).to.deep.equal(['the page crashed'])
  })

  it('is hidden, then paused as well, and feeds on', async () => {
    const visitors = await startVisitorsChromium()
    apart = visitors
    const swarm = await startPageSwarm({ site, chromium, apart, show })
    const { victim, others } = swarm
    /** It is hidden and feeds the others while they hear so many seconds. */
    const feedsHidden = async (seconds: number): Promise<void> => {
      const { bytesOut } = await statsOf(victim)
      await record(others, seconds)
      expect(await victim.evaluate(() => document.visibilityState)).to.equal('hidden')
      expect((await pagesBehind(swarm)).length, 'pages that it feeds').to.be.at.least(1)
      // A single stripe of 64 kbit/s, and some of it may have been asked of others.
      const least = ((64_000 / 8 / 4) * seconds) / 2
      expect((await statsOf(victim)).bytesOut - bytesOut).to.be.above(least)
    }
    await expectUnheard(
      swarm,
      async () => {
        await visitors.hide(victim)
        await feedsHidden(HIDDEN_S)
        // Now that it is silent, its timers run once a second.
        await victim.evaluate(() => window.listener.pause())
        await feedsHidden(PAUSED_S)
      },
      1
    )
    expect((await statsOf(victim)).gaps).to.equal(0)
  })
})
