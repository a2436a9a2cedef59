import { expect } from 'chai'
import { useChromium } from './chromium.js'
import { useSite } from './site.js'

/** In a page: the candidates that WebRTC finds. */
async function candidates(): Promise<string[]> {
  const connection = new RTCPeerConnection()
  connection.createDataChannel('any')
  const found: string[] = []
  const complete = new Promise<void>((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) resolve()
      else found.push(candidate.candidate)
    }
  })
  await connection.setLocalDescription()
  await complete
  connection.close()
  return found
}

describe('the Chromium that tests drive', function () {
  this.timeout(30_000)
  const site = useSite()

  describe('unless told otherwise', () => {
    const chromium = useChromium()

    it('gives WebRTC plain addresses', async () => {
      const page = await chromium.open(site.url('blank.html'))
      const found = await page.evaluate(candidates)
      expect(found).not.to.be.empty
      expect(found.join()).not.to.include('.local')
    })

    it('plays without a gesture', async () => {
      const page = await chromium.open(site.url('blank.html'))
      const state = await page.evaluate(async () => {
        const context = new AudioContext()
        if (context.state !== 'running') {
          await new Promise((resolve) => context.addEventListener('statechange', resolve))
        }
        return context.state
      })
      expect(state).to.equal('running')
    })

    it('notes what went wrong in a page', async () => {
      const page = await chromium.open(site.url('blank.html'))
      await page.evaluate(() => {
        console.error('said')
        queueMicrotask(() => {
          throw new Error('thrown')
        })
      })
      await page.evaluate('0')
      expect(page.problems.join())
        .to.match(/said/)
        .and.match(/thrown/)
    })

    it('holds a page to the policy of its site', async () => {
      const page = await chromium.open(site.url('blank.html'))
      const reported = page.waitForResponse((response) => response.url().endsWith('/csp'))
      await page.evaluate(() => {
        const script = document.createElement('script')
        script.textContent = 'window.ran = true'
        document.head.append(script)
      })
      await reported
      expect(await page.evaluate('window.ran')).to.equal(undefined)
      expect(page.problems.join()).to.include('Content Security Policy')
      expect(site.violations.join()).to.include('script-src')
    })

    it('has closed the pages of earlier tests', () => {
      expect(chromium.browser.contexts()).to.be.empty
    })
  })

  describe('with mDNS', () => {
    const chromium = useChromium({ mdns: true })

    it('hides addresses behind names', async () => {
      const page = await chromium.open(site.url('blank.html'))
      const found = await page.evaluate(candidates)
      expect(found).not.to.be.empty
      for (const each of found) expect(each).to.include('.local')
    })
  })

  describe('without UDP', () => {
    const chromium = useChromium({ udp: false })

    it('gives WebRTC nothing', async () => {
      const page = await chromium.open(site.url('blank.html'))
      expect(await page.evaluate(candidates)).to.be.empty
    })
  })

  describe('without autoplay', () => {
    const chromium = useChromium({ autoplay: false })

    it('plays after a gesture alone', async () => {
      // Not by `evaluate`: playwright makes a gesture of it.
      const page = await chromium.open(site.url('blank.html'), async (page) => {
        await page.addInitScript(() => {
          const context = new AudioContext()
          Object.assign(window, { context, stateAtFirst: context.state })
          document.addEventListener('click', () => void context.resume())
        })
      })
      expect(await page.evaluate('window.stateAtFirst')).to.equal('suspended')
      const running = page.evaluate(() => {
        const { context } = window as unknown as { context: AudioContext }
        return new Promise((resolve) => context.addEventListener('statechange', resolve, { once: true }))
      })
      await page.mouse.click(10, 10)
      await running
      expect(await page.evaluate('window.context.state')).to.equal('running')
    })
  })
})
