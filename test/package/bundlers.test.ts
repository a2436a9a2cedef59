import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { type Broadcast, broadcast, openSource, startTracker, type TrackerServer } from '../../src/node.js'
import { useChromium } from '../browser/chromium.js'
import { startSite } from '../browser/site.js'
import { pack, ROOT } from './packed.js'

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url))

/** What a bundler is run with, in a folder without a configuration; and the folder that it leaves the page in. */
const BUNDLERS = {
  vite: { args: ['build'], page: 'dist' },
  webpack: { args: ['--mode', 'production'], page: '.' }
} as const

/** An application, with the package installed. */
function install(name: keyof typeof BUNDLERS): string {
  const packed = pack()
  const application = join(packed.project, name)
  cpSync(join(FIXTURES, name), application, { recursive: true })
  cpSync(join(packed.project, 'node_modules/treecast'), join(application, 'node_modules/treecast'), {
    recursive: true
  })
  return application
}

describe('a page that is bundled without a configuration', function () {
  this.timeout(240_000)
  const chromium = useChromium()
  let tracker: TrackerServer
  let show: Broadcast
  before(async () => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    const source = openSource(join(ROOT, 'examples/one-machine/show.opus'))
    show = await broadcast({ source, trackers: [tracker.url] })
  })
  after(async () => {
    await show.close()
    await tracker.close()
  })

  /** The page loads both worklets, or says what was wrong. */
  async function works(address: string): Promise<void> {
    const page = await chromium.open(`${address}?link=${encodeURIComponent(show.link)}`)
    await page.locator('output', { hasText: /\. .*\. / }).waitFor()
    expect(await page.textContent('output'))
      .to.include('heard. ')
      .and.include('captured. ')
    expect(await page.evaluate(() => customElements.get('treecast-player') !== undefined)).to.equal(true)
    expect(page.problems).to.deep.equal([])
  }

  for (const [name, { args, page }] of Object.entries(BUNDLERS)) {
    it(`by ${name} plays and captures under a strict content security policy`, async () => {
      const application = install(name as keyof typeof BUNDLERS)
      const program = join(ROOT, 'node_modules/.bin', name)
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: application, encoding: 'utf8' })
      expect(status, stdout + stderr).to.equal(0)
      const site = await startSite({ folders: { '/': join(application, page) } })
      try {
        await works(site.url('index.html'))
        expect(site.violations).to.deep.equal([])
        // Two worklets, what captures, what decodes, and what else the bundler has made files of.
        const lazy = site.requests.filter(({ path }) => !/index|main|core|favicon/.test(path))
        expect(lazy.length).to.be.at.least(4)
        expect(lazy.filter(({ status }) => status !== 200)).to.deep.equal([])
      } finally {
        await site.close()
      }
    })
  }

  it("by vite's server for development does too", async () => {
    const root = install('vite')
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0 }
    })
    try {
      await server.listen()
      await works(server.resolvedUrls!.local[0]!)
    } finally {
      await server.close()
    }
  })
})
