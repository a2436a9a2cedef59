/** A crowd of real processes and pages loses a third of its processes at once, and then stands beside frozen ones. */

import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type TestPage, useChromium } from '../browser/chromium.js'
import { useSite } from '../browser/site.js'
import { readOpus } from '../e2e/opus-files.js'
import { makeLongShow, openListener, statsOf } from '../e2e/pages.js'
import { endAll, startBroadcast, startTracker, stop, Treecast } from '../e2e/processes.js'
import { needs } from '../setup/tools.js'

const FIXTURE = fileURLToPath(new URL('../e2e/fixtures/listeners.js', import.meta.url))
const PROCESSES = 12
const LISTENERS_EACH = 5
const PAGES = 8
/** Every third process is killed, and of those that are left every fourth is frozen: a third and a sixth of all. */
const isKilled = (process: number): boolean => process % 3 === 0
const isFrozen = (process: number): boolean => process % 6 === 1
/** How long the show goes on after each of the two, in packets of a tenth of a second. */
const AFTER = 150

describe('sixty listeners in twelve processes, and eight pages', function () {
  this.timeout(300_000)
  const chromium = useChromium()
  const site = useSite()
  let folder: string

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-survivors-'))
  })
  after(async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it('hear everything, though a third of the processes is killed at once, and then a sixth is frozen', async () => {
    const { file } = makeLongShow(folder)
    const { url } = await startTracker()
    const { origin, link } = await startBroadcast(url, file, '--max-children', '4')
    const processes: Treecast[] = []
    const pages: TestPage[] = []
    for (let i = 0; i < PROCESSES; i++) {
      const prefix = join(folder, String(i))
      const listeners = new Treecast(process.execPath, [FIXTURE, link, String(LISTENERS_EACH), prefix])
      processes.push(listeners)
      await Promise.all(
        Array.from({ length: LISTENERS_EACH }, (_, n) => listeners.event('playing', (e) => e.index === n))
      )
      if (pages.length < PAGES)
        pages.push((await openListener(chromium, site, link, { bufferMs: 5_000 })).page)
    }
    const goOn = async (): Promise<void> => {
      const { packets } = origin.last('stats')!
      await origin.event('stats', (stats) => Number(stats.packets) >= Number(packets) + AFTER)
    }
    await goOn()
    const killed = processes.filter((_, i) => isKilled(i))
    for (const { child } of killed) child.kill('SIGKILL')
    await goOn()
    const frozen = processes.filter((_, i) => isFrozen(i))
    for (const { child } of frozen) child.kill('SIGSTOP')
    await goOn()

    const stats = await Promise.all(pages.map(statsOf))
    console.log(
      `      killed ${killed.length} processes, froze ${frozen.length}; pages: gaps ${stats.map(({ gaps }) => gaps).join(' ')}, ` +
        `underruns ${stats.map(({ playback }) => playback.underruns).join(' ')}`
    )
    expect(await stop(origin), origin.stderr).to.equal(0)
    const { frames: sent } = await origin.event('ended')
    const given = (await readOpus(file)).frames.slice(0, Number(sent))
    for (const [i, listeners] of processes.entries()) {
      if (isKilled(i) || isFrozen(i)) continue
      expect(await listeners.exit, listeners.stderr).to.equal(0)
      for (let n = 0; n < LISTENERS_EACH; n++) {
        const name = `${i}-${n}`
        expect(await listeners.event('ended', (e) => e.index === n), name).to.include({
          gaps: 0,
          complete: true
        })
        const { frames } = await readOpus(join(folder, `${name}.opus`))
        expect(frames, name).to.deep.equal(given.slice(-frames.length))
      }
    }
    expect(stats.map(({ gaps }) => gaps)).to.deep.equal(pages.map(() => 0))
  })
})
