import { expect } from 'chai'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as sim from '../../src/sim.js'
import type { Summary } from '../../src/sim.js'
import { plain } from '../e2e/processes.js'
import { type TestPage, useChromium } from './chromium.js'
import { useSite } from './site.js'

const SCENARIO = {
  name: 'short',
  about: 'Twenty seconds.',
  peers: 40,
  show: { seconds: 20 },
  crowd: { arrivals: { early: 0.5, rush: 0.5, rushS: 15 } },
  roots: 2,
  faults: [{ atS: 8, what: 'vanish', share: 0.1 }]
}

const PLOTS = [
  'continuity',
  'listeners',
  'origin',
  'startup',
  'delay',
  'copies',
  'classes',
  'contribution',
  'tree'
]

describe("a simulation's report", function () {
  this.timeout(60_000)
  const chromium = useChromium()
  let folder: string
  let url: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-report-'))
    const scenario = join(folder, 'short.json')
    await writeFile(scenario, JSON.stringify(SCENARIO))
    expect(await plain('sim', scenario, '--out', folder).exit).to.equal(0)
    url = pathToFileURL(join(folder, 'report.html')).href
  })
  after(() => rm(folder, { recursive: true }))

  /** From the disk, with every request to elsewhere counted. */
  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<[TestPage, string[]]> {
    const asked: string[] = []
    const page = await chromium.open(url, async (each) => {
      each.on('request', (request) => asked.push(request.url()))
      await each.setViewportSize({ width, height: 800 })
      await each.emulateMedia({ colorScheme })
    })
    await page.locator('#tree svg').waitFor()
    return [page, asked]
  }

  for (const width of [360, 1280]) {
    it(`draws every plot, offline, ${width} px wide`, async () => {
      const [page, asked] = await open(width)
      expect(page.problems).to.deep.equal([])
      expect(asked.filter((each) => each !== url && !each.startsWith('data:'))).to.deep.equal([])
      const drawn = await page.evaluate(() =>
        [...document.querySelectorAll('figure')]
          .filter((figure) => figure.querySelectorAll('svg[role=img] :is(path, circle, rect)').length > 0)
          .map(({ id }) => id)
      )
      expect(drawn).to.deep.equal(PLOTS)
      const unnamed = await page.locator('svg[role=img]:not([aria-label])').count()
      expect(unnamed).to.equal(0)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow).to.equal(0)
    })
  }

  it('is light or dark as the visitor has it', async () => {
    const backgrounds = []
    for (const scheme of ['light', 'dark'] as const) {
      const [page] = await open(800, scheme)
      backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    }
    expect(backgrounds).to.deep.equal(['rgb(252, 252, 250)', 'rgb(20, 24, 28)'])
  })

  it('draws anew when the window changes', async () => {
    const [page] = await open(1280)
    const width = (): Promise<number> =>
      page.evaluate(() => Number(document.querySelector('#continuity svg')!.getAttribute('width')))
    const before = await width()
    await page.setViewportSize({ width: 500, height: 800 })
    await page.locator('#continuity svg[width="460"]').waitFor()
    expect(await width()).to.be.below(before)
  })

  it('gives each plot as a table', async () => {
    const [page] = await open(1280)
    for (const name of PLOTS) {
      await page.locator(`#${name} summary`).click()
      const cells = page.locator(`#${name} td`)
      await cells.first().waitFor()
      expect(await cells.allTextContents(), name).to.satisfy((texts: string[]) =>
        texts.every((text) => text !== '' && !/NaN|undefined/.test(text))
      )
    }
  })

  it('shows one stripe of the tree, or all', async () => {
    const [page] = await open(1280)
    const label = (): Promise<string | null> => page.locator('#tree svg').getAttribute('aria-label')
    expect(await label()).to.include('stripe 0')
    await page.getByLabel('all', { exact: true }).check({ force: true })
    expect(await label()).to.include('all stripes')
    expect(page.problems).to.deep.equal([])
  })

  it('comes with a tree that XML parsers take', async () => {
    const [page] = await open(1280)
    const text = await readFile(join(folder, 'tree.graphml'), 'utf8')
    const found = await page.evaluate((xml) => {
      const parsed = new DOMParser().parseFromString(xml, 'application/xml')
      const count = (name: string): number => parsed.getElementsByTagName(name).length
      return {
        errors: count('parsererror'),
        graphs: count('graph'),
        hasNodes: count('node') > 30,
        hasEdges: count('edge') > 30
      }
    }, text)
    expect(found).to.deep.equal({ errors: 0, graphs: 1, hasNodes: true, hasEdges: true })
  })
})

describe('the simulator in a page', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const site = useSite()

  it('gives the figures of Node.js, under a strict content security policy', async () => {
    const simulated = async ([path, scenario]: readonly [string, object]): Promise<[object, number]> => {
      const { readScenario, resultFiles, simulate } = (await import(path)) as typeof sim
      const result = await simulate(readScenario(scenario, 'short'), { seed: 5 })
      const summary: Partial<Record<keyof Summary, unknown>> = { ...result.summary }
      delete summary.wallMs
      delete summary.bytesPerPeer
      return [summary, resultFiles(result, { version: '1' }).get('report.html')!.length]
    }
    const page = await chromium.open(site.url('blank.html'))
    const inPage = await page.evaluate(simulated, ['/treecast/sim.js', SCENARIO] as const)
    const here = await simulated([new URL('../../dist/sim.js', import.meta.url).href, SCENARIO])
    expect(inPage[0]).to.deep.equal(here[0])
    // Minified here and there, the same script.
    expect(inPage[1]).to.equal(here[1])
    expect(page.problems).to.deep.equal([])
    expect(site.violations).to.deep.equal([])
  })
})
