/** A page that feeds others stands still, and those that it fed hear nothing of it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChromium, useChromium } from '../browser/chromium.js'
import { useSite } from '../browser/site.js'
import { expectFreezeUnheard } from '../e2e/page-freeze.js'
import { startPageSwarm } from '../e2e/page-swarm.js'
import { makeLongShow } from '../e2e/pages.js'
import { endAll } from '../e2e/processes.js'
import { needs } from '../setup/tools.js'

/**
 * Far beyond what is buffered, 2 s, and what a child waits before it calls a parent stalled; and longer than any link, lease or
 * window lasts; s.
 */
const FREEZES_S = [9, 60]

describe('a page that feeds others and freezes', function () {
  this.timeout(300_000)
  const chromium = useChromium()
  const site = useSite()
  let folder: string

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-frozen-'))
  })
  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  for (const seconds of FREEZES_S) {
    it(`for ${seconds} s: those behind it play on, and it comes back at the live edge`, async () => {
      const apart = await startChromium()
      try {
        const show = makeLongShow(folder)
        await expectFreezeUnheard(await startPageSwarm({ site, chromium, apart, show }), apart, seconds)
      } finally {
        await apart.close()
      }
    })
  }
})
