import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: asking about other listeners', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('plays without them while it asks', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ p2p: 'ask' })
      await Promise.resolve()
      const isAskedBefore = !stage.part('notice').hidden
      await player.play()
      return {
        isAskedBefore,
        question: stage.part('notice').innerText,
        p2p: stage.listener.options.p2p,
        paused: player.paused
      }
    })
    expect(told).to.deep.include({ isAskedBefore: false, p2p: 'off', paused: false })
    expect(told.question).to.include('Pass the audio on to other listeners?').and.include('internet address')
  })

  it('once allowed, changes over without a pause, and remembers', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ p2p: 'ask' })
      await player.play()
      const states: unknown[] = []
      const see = (): unknown => states.push(player.paused || stage.part('live').hidden)
      for (const name of ['waiting', 'pause', 'emptied']) player.addEventListener(name, see)
      const [first] = stage.listeners
      const closed = new Promise<void>((resolve) => {
        first!.close = () => {
          first!.calls.push('close')
          resolve()
          return Promise.resolve()
        }
      })
      stage.part('yes').click()
      await closed
      const [, second] = stage.listeners
      return {
        interruptions: states,
        first: first!.calls,
        second: {
          p2p: second!.options.p2p,
          calls: second!.calls,
          muted: second!.muted,
          volume: second!.volume
        },
        isCurrent: Object.is(player.listener, second),
        stored: localStorage.getItem('treecast-p2p'),
        isAsked: !stage.part('notice').hidden
      }
    })
    expect(told).to.deep.equal({
      interruptions: [],
      first: ['play at 1', 'close'],
      // Silent until the first one is closed.
      second: { p2p: 'on', calls: ['play at 0'], muted: false, volume: 1 },
      isCurrent: true,
      stored: 'on',
      isAsked: false
    })
  })

  it('once refused, stays as it is, and remembers', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place({ p2p: 'ask' }).play()
      stage.part('notice').querySelector<HTMLElement>('[part~=no]')!.click()
      await Promise.resolve()
      const stored = localStorage.getItem('treecast-p2p')
      const another = stage.place({ p2p: 'ask' })
      await another.play()
      return {
        stored,
        joins: stage.listeners.map(({ options }) => options.p2p),
        isAsked: !stage.part('notice').hidden
      }
    })
    expect(told).to.deep.equal({ stored: 'off', joins: ['off', 'off'], isAsked: false })
  })

  it('uses them from the start when it was allowed before', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      localStorage.setItem('treecast-p2p', 'on')
      await stage.place({ p2p: 'ask' }).play()
      return [stage.listener.options.p2p, stage.part('notice').hidden]
    })
    expect(told).to.deep.equal(['on', true])
  })

  it('lets the visitor think again: no means no at once', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      localStorage.setItem('treecast-p2p', 'on')
      const player = stage.place({ p2p: 'ask' })
      await player.play()
      await stage.openPanel()
      const button = stage.part('panel').querySelector<HTMLButtonElement>('[part~=no]')!
      const offers = [button.textContent]
      const again = new Promise((resolve) => player.addEventListener('playing', resolve))
      button.click()
      await again
      offers.push(button.textContent)
      const [first, second] = stage.listeners
      return { offers, first: first!.calls, second: second!.options.p2p }
    })
    expect(told).to.deep.equal({
      offers: ['Stop passing the audio on', 'Pass the audio on to others'],
      first: ['play at 1', 'close'],
      second: 'off'
    })
  })

  it('stays where it is when the change over fails', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ p2p: 'off' })
      await player.play()
      stage.script = { fail: ['no-tracker', 'the tracker does not answer'] }
      player.p2p = 'on'
      await new Promise((resolve) => setTimeout(resolve))
      const [first, second] = stage.listeners
      return { first: first!.calls, tried: second!.options.p2p, paused: player.paused, error: player.error }
    })
    expect(told).to.deep.equal({ first: ['play at 1'], tried: 'on', paused: false, error: undefined })
  })

  it('cannot ask without controls, and uses nobody', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.make({ p2p: 'ask' })
      document.body.append(player)
      await player.play()
      return { p2p: stage.listener.options.p2p, display: getComputedStyle(player).display }
    })
    expect(told).to.deep.equal({ p2p: 'off', display: 'none' })
  })

  it('asks where nothing can be stored, and keeps the answer as long as the page lives', async () => {
    const page = await pages.open(async (opened) => {
      await opened.addInitScript(() => {
        Object.defineProperty(window, 'localStorage', {
          get: () => {
            throw new DOMException('closed', 'SecurityError')
          }
        })
      })
    })
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place({ p2p: 'ask' }).play()
      stage.part('yes').click()
      await stage.place({ p2p: 'ask' }).play()
      return [stage.listener.options.p2p, stage.part('notice').hidden]
    })
    expect(told).to.deep.equal(['on', true])
  })
})
