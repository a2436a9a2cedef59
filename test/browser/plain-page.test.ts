import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { type Broadcast, broadcast, startTracker, type TrackerServer } from '../../src/node.js'
import type * as treecast from '../../src/index.js'
import { useChromium } from './chromium.js'
import { useSite } from './site.js'

const SHOW = fileURLToPath(new URL('../../examples/one-machine/show.opus', import.meta.url))

declare global {
  interface Window {
    readonly treecast: typeof treecast
  }
}

/** The two ways to put treecast into a page, and what each fetches before it does anything. */
const PAGES = {
  'module.html': ['core.js', 'index.js'],
  'classic.html': ['treecast.global.js']
} as const

/** In the page. */
async function play([link, options]: readonly [string, treecast.ListenOptions]): Promise<treecast.WebStats> {
  const { treecast } = window
  const listener = await treecast.listen(link, options)
  await listener.play()
  return listener.stats()
}

describe('a page on a plain static host with a strict content security policy', function () {
  this.timeout(60_000)
  const site = useSite()
  let tracker: TrackerServer
  let show: Broadcast
  before(async () => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    show = await broadcast({ source: SHOW, trackers: [tracker.url], loop: true })
  })
  after(async () => {
    await show.close()
    await tracker.close()
  })

  /** The files of treecast that were asked for since the site's so many requests. */
  function fetched(since: number): string[] {
    const all = site.requests.slice(since).filter(({ path }) => path.startsWith('/treecast/'))
    expect(all.filter(({ status }) => status !== 200)).to.deep.equal([])
    return all.map(({ path }) => path.slice('/treecast/'.length)).sort()
  }

  for (const [name, first] of Object.entries(PAGES)) {
    const part = (file: string): string => (name === 'classic.html' ? `global-${file}` : file)

    describe(name, () => {
      const chromium = useChromium()

      it('plays, and fetches nothing that it does not need', async () => {
        const [since, violations] = [site.requests.length, site.violations.length]
        const page = await chromium.open(site.url(name))
        const { playback } = await page.evaluate(play, [show.link, {}] as const)
        expect(playback).to.include({ output: 'worklet', decoder: 'webcodecs' })
        const parts = [part('decoding.js'), part('ice-check.js'), 'worklet.js']
        expect(fetched(since)).to.deep.equal([...first, ...parts].sort())
        expect(page.problems).to.deep.equal([])
        expect(site.violations.slice(violations)).to.deep.equal([])
      })

      it('fetches the path through a media element when that is asked for', async () => {
        const since = site.requests.length
        const page = await chromium.open(site.url(name))
        const { playback } = await page.evaluate(play, [show.link, { output: 'element' }] as const)
        expect(playback.output).to.equal('element')
        expect(fetched(since)).to.include.members([part('element-output.js'), 'vendor-mediabunny.js'])
        expect(page.problems).to.deep.equal([])
      })

      it('knows the errors of what it fetched later for its own', async () => {
        const page = await chromium.open(site.url(name), async (page) => {
          await page.addInitScript('delete window.AudioDecoder')
        })
        const since = site.requests.length
        const error = await page.evaluate(async (link) => {
          const { listen, TreecastError } = window.treecast
          const listener = await listen(link)
          try {
            await listener.play()
          } catch (error) {
            return error instanceof TreecastError ? error.code : String(error)
          }
          return 'it played'
        }, show.link)
        // The policy forbids WebAssembly, and the part that needs it says so.
        expect(error).to.equal('unsupported')
        expect(fetched(since)).to.include(part('wasm.js'))
      })
    })
  }

  describe('without UDP', () => {
    const chromium = useChromium({ udp: false })

    for (const name of Object.keys(PAGES)) {
      it(`says that WebRTC is blocked, fetches libp2p, and plays by WebSocket (${name})`, async () => {
        const since = site.requests.length
        const page = await chromium.open(site.url(name))
        const { links, webrtc, webrtcReason } = await page.evaluate(play, [show.link, {}] as const)
        expect(webrtc).to.equal('blocked')
        expect(webrtcReason).to.match(/^WebRTC finds no address of its own here; UDP is blocked/)
        expect(links).to.have.property('libp2p-ws').above(0)
        expect(links).not.to.have.property('webrtc')
        expect(fetched(since)).to.include('vendor-libp2p.js')
        expect(page.problems).to.deep.equal([])
      })
    }
  })
})
