import { expect } from 'chai'
import { mkdtempSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyToText } from '../../src/protocol/wire/broadcast.js'
import { plain } from '../e2e/processes.js'
import { makeShow, PUBLISHER, record } from '../recording/made.js'
import { useChromium } from './chromium.js'
import { useSite } from './site.js'

describe('a published recording', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const folder = mkdtempSync(join(tmpdir(), 'treecast-published-'))
  const site = useSite({ folders: { '/show/': folder }, policy: null })
  const at = (name: string): string => join(folder, name)

  before(async () => {
    const { audio, proof } = record([makeShow({ frames: 1000 })])
    await writeFile(at('<b>.opus'), audio)
    await writeFile(at('<b>.opus.proof'), proof)
    const publish = plain('publish', folder)
    expect(await publish.exit, publish.stderr).to.equal(0)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('tells whose it is, and is verified and sought by its visitor', async () => {
    const page = await chromium.open(site.url('/show/index.html'))
    const article = page.locator('article')
    expect(await article.locator('h2').textContent()).to.equal('show 1')
    expect(await article.textContent()).to.include(keyToText(PUBLISHER.publicKey))
    await article.locator('button').click()
    await article.locator('output[data-verdict]').waitFor()
    expect(await article.locator('output').textContent()).to.match(
      /^Verified: every frame is as its publisher signed it\.\nmade up, 0:20\.0, signed by /
    )
    await page.waitForFunction(() => document.querySelector('audio')!.duration > 19)
    const box = (await article.locator('canvas').boundingBox())!
    await article.locator('canvas').click({ position: { x: box.width / 2, y: 10 } })
    await page.waitForFunction(() => Math.abs(document.querySelector('audio')!.currentTime - 10) < 1)
  })

  it('that was changed is found out by who drops it on the page', async () => {
    const audio = await readFile(at('<b>.opus'))
    audio[audio.length - 1000]! ^= 1
    await writeFile(at('mine.ogg'), audio)
    await copyFile(at('<b>.opus.proof'), at('other name.proof'))
    const page = await chromium.open(site.url('/show/index.html'))
    const drop = page.locator('.drop')
    await drop.locator('input').setInputFiles([at('mine.ogg'), at('other name.proof')])
    await drop.locator('output[data-verdict=tampered]').waitFor()
    expect(await drop.locator('output').textContent()).to.match(/At 0:19\.\d: /)
    await drop.locator('input').setInputFiles([at('mine.ogg')])
    expect(await drop.locator('output').textContent()).to.match(/^Both files are needed/)
  })

  it('is not published where it is not what was signed', async () => {
    const wrong = await mkdtemp(join(tmpdir(), 'treecast-published-'))
    await copyFile(at('mine.ogg'), join(wrong, 'mine.opus'))
    await copyFile(at('<b>.opus.proof'), join(wrong, 'mine.opus.proof'))
    const publish = plain('publish', wrong)
    expect(await publish.exit).to.equal(1)
    expect(publish.stderr).to.match(
      /mine\.opus is not what was signed, at 0:19\.\d: .*; it is not published\n$/
    )
    await rm(wrong, { recursive: true })
  })
})
