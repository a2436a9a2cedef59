/** examples/bare-page and examples/vite-app, run as people run them, heard in a real browser. */

import { expect } from 'chai'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TreecastPlayer } from '../../src/player.js'
import { decode, likeness } from '../audio/likeness.js'
import { type TestPage, useChromium } from '../browser/chromium.js'
import { needs } from '../setup/tools.js'
import { expectHeard, recordPlayer } from './player-recording.js'
import { endAll, SHOW, stop, Treecast } from './processes.js'

const SECONDS = 5

/** An example, and the address of its page. */
async function start(name: string): Promise<{ server: Treecast; address: string }> {
  const server = new Treecast(process.execPath, [pathOf(name)], { raw: true })
  for await (const line of createInterface({ input: server.child.stdout })) {
    const address = /^the page: +(http:\/\/127\.0\.0\.1:\d+\/)$/.exec(line)?.[1]
    if (address !== undefined) return { server, address }
  }
  throw new Error(`no page: ${server.stderr}`)
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}/main.js`, import.meta.url))
}

async function play(page: TestPage): Promise<void> {
  await page.getByRole('button', { name: 'Play' }).click()
  await page.evaluate(async () => {
    const player = document.querySelector<TreecastPlayer>('treecast-player')!
    if (player.delayMs === undefined) {
      await new Promise((resolve) => player.addEventListener('playing', resolve, { once: true }))
    }
  })
}

/** The app shows the sound, and by whom it is fed: the origin alone. */
async function expectDrawn(page: TestPage): Promise<void> {
  await page.locator('#parents', { hasText: '1' }).waitFor()
  await page.locator('#share', { hasText: '0 %' }).waitFor()
  const isPainted = await page.evaluate(() => {
    const canvas = document.querySelector('canvas')!
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    return data.some((value) => value > 0)
  })
  expect(isPainted).to.equal(true)
}

describe('an example with a page', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  let folder: string
  let original: Float32Array

  before(async function () {
    needs(this, 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-examples-'))
    const copy = join(folder, 'show.opus')
    await copyFile(SHOW, copy)
    original = await decode(copy)
  })
  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  for (const name of ['bare-page', 'vite-app']) {
    it(`${name}: its show is heard`, async () => {
      const { server, address } = await start(name)
      const page = await chromium.open(address)
      await play(page)
      if (name === 'vite-app') await expectDrawn(page)
      const file = join(folder, `${name}.webm`)
      await recordPlayer(page, SECONDS, file)
      expectHeard(likeness(await decode(file), original), SECONDS - 2)
      expect(page.problems).to.deep.equal([])
      // A show that ends waits a moment for those who still hear it.
      await page.close()
      expect(await stop(server), server.stderr).to.equal(0)
      expect(server.stderr).to.equal('')
    })

    it(`${name}: takes no port that is none, and says when one is taken`, async () => {
      const wrong = new Treecast(process.execPath, [pathOf(name), '--port', '99999'], { raw: true })
      expect(await wrong.exit).to.equal(2)
      expect(wrong.stderr).to.equal('--port 99999 is no port: 0 to 65535 (--help tells what can be said)\n')
      const { address } = await start(name)
      const { port } = new URL(address)
      const second = new Treecast(process.execPath, [pathOf(name), '--port', port], { raw: true })
      expect(await second.exit).to.equal(1)
      expect(second.stderr).to.equal(
        `port ${port} cannot be had: choose another with --port, or 0 for any free one\n`
      )
    })
  }
})
