import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sweepFiles } from '../../src/sweep/results/files.js'
import { SHOWN } from '../../src/sweep/results/shown.js'
import { cells, grid } from '../sweep/made.js'
import { type TestPage, useChromium } from './chromium.js'

describe("a sweep's report in a browser", function () {
  this.timeout(60_000)
  const chromium = useChromium()
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-sweep-report-'))
    const about = 'A longer name of a parameter than a phone is wide has to be broken somewhere.'
    for (const [name, text] of sweepFiles({ ...grid, about }, cells.length, cells, '1.2.3'))
      await writeFile(join(folder, name), text)
  })
  after(() => rm(folder, { recursive: true }))

  const open = (width: number): Promise<TestPage> =>
    chromium.open(pathToFileURL(join(folder, 'report.html')).href, (page) =>
      page.setViewportSize({ width, height: 800 })
    )

  for (const width of [360, 1280]) {
    it(`shows every figure ${width} px wide, and nothing beside the page`, async () => {
      const page = await open(width)
      expect(page.problems).to.deep.equal([])
      expect(await page.locator('figure').count()).to.equal(SHOWN.length)
      await page.locator('summary').first().click()
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow).to.equal(0)
    })
  }

  it('sets each mean in the middle of its interval, within the line', async () => {
    const page = await open(800)
    const places = await page
      .locator('figure', { hasText: 'Copies of each packet' })
      .locator('.line')
      .evaluateAll((lines) =>
        lines.map((line) => {
          const [bar, dot] = [line.querySelector('i')!, line.querySelector('b')!]
          const [whole, from] = [line.getBoundingClientRect(), bar.getBoundingClientRect()]
          const at = dot.getBoundingClientRect()
          return {
            apart: at.left + at.width / 2 - (from.left + from.width / 2),
            out: Math.max(whole.left - from.left, from.right - whole.right)
          }
        })
      )
    expect(places).to.have.length(4)
    for (const { apart, out } of places) {
      expect(apart).to.be.closeTo(0, 1)
      expect(out).to.be.below(1)
    }
  })
})
