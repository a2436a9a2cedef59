import { expect } from 'chai'
import type { TestPage } from '../browser/chromium.js'
import { usePlayerPages } from './page.js'

/** What Chromium tells a screen reader of the player: role, name, and what else matters, in order. */
async function heard(page: TestPage): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const told = ['expanded', 'disabled', 'live']
  return nodes
    .filter(({ ignored, role }) => !ignored && role?.value !== 'InlineTextBox')
    .map(({ role, name, value, properties = [] }) => {
      const more = properties
        .filter((each) => told.includes(each.name))
        .map((each) => `${each.name} ${String(each.value.value)}`)
      const parts = [role?.value, name?.value === '' ? undefined : name?.value, value?.value, ...more]
      return parts.filter((part) => part !== undefined).join(' | ')
    })
}

describe('player: access', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('has names and roles for screen readers', async () => {
    const page = await pages.open()
    await page.evaluate(() => void window.stage.place({ volume: '0.4' }))
    const idle = await heard(page)
    expect(idle).to.include.members([
      'group | Live audio: Evening Show',
      'button | Play',
      'button | Mute',
      'slider | Volume | 40',
      'button | Stream details | expanded false',
      'status | live polite'
    ])
    expect(idle.filter((line) => line.startsWith('image'))).to.deep.equal([])
    await page.evaluate(async () => {
      const { stage, player } = window
      await player.play()
      stage.listener.tell('stats', stage.stats())
      player.muted = true
      await stage.openPanel()
    })
    const playing = await heard(page)
    expect(playing).to.include.members(['button | Pause', 'button | Unmute', 'slider | Volume | 0'])
    expect(playing).to.include('button | Stream details | expanded true')
    const picture = playing.find((line) => line.startsWith('image'))
    expect(picture).to.equal(
      'image | The tree above you. Stripe 1: origin, ab3kq, kd82m, you. Stripe 2: origin, ab3kq, p6wyt, you. ' +
        'Stripe 3: origin, q5tnz, p6wyt, you. Stripe 4: origin, you. You feed zz7h3 (1, 2, 3, 4), wm5xc (3).'
    )
    expect(playing).to.include.members(['table | Feeding you', 'columnheader | Stripes'])
  })

  it('says its state and its failures in a live region, and nothing else', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      const region = player.shadowRoot!.querySelector('[role=status]')!
      const said: string[] = []
      new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true })
      const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
      await settled()
      await player.play()
      await settled()
      for (const title of ['One', 'Two']) stage.listener.tell('metadata', new Map([['title', title]]))
      for (let i = 0; i < 3; i++) stage.listener.tell('stats', stage.stats())
      await settled()
      player.pause()
      await settled()
      stage.script = { fail: ['not-live', 'not live'] }
      player.src = stage.link.replace('Evening', 'Morning')
      await player.play().catch(() => undefined)
      await settled()
      return said
    })
    expect(told[0]).to.equal('Press play to listen. ')
    expect(told).to.include.members(['Playing. ', 'Paused. '])
    expect(told.at(-1)).to.equal('Not playing. This broadcast is not live right now.')
    expect(told.filter((text) => text === 'Playing. ')).to.have.length(1)
  })

  it('works by keyboard', async () => {
    const page = await pages.open()
    await page.evaluate(() => {
      window.stage.place({ volume: '0.5' })
      window.player.focus()
    })
    const state = (): Promise<unknown> =>
      page.evaluate(() => {
        const { player, stage } = window
        const focused = player.shadowRoot!.activeElement
        const ring = focused === null ? 'none' : getComputedStyle(focused).outlineStyle
        return {
          at: focused?.getAttribute('part'),
          ring,
          paused: player.paused,
          muted: player.muted,
          volume: player.volume,
          isOpen: !stage.part('panel').hidden
        }
      })
    const start = { at: 'play', ring: 'solid', paused: true, muted: false, volume: 0.5, isOpen: false }
    expect(await state()).to.deep.equal(start)
    await page.keyboard.press('Space')
    expect(await state()).to.deep.include({ paused: false })
    await page.keyboard.press('Enter')
    expect(await state()).to.deep.include({ paused: true })
    await page.keyboard.press('m')
    expect(await state()).to.deep.include({ muted: true })
    await page.keyboard.press('m')
    await page.keyboard.press('Tab')
    expect(await state()).to.deep.include({ at: 'mute icon', ring: 'solid', muted: false })
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    expect(await state()).to.deep.include({ at: 'volume', ring: 'solid', volume: 0.55 })
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Space')
    expect(await state()).to.deep.include({ volume: 0.45, paused: false })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await state()).to.deep.include({ at: 'stats icon', isOpen: true, paused: false })
    await page.keyboard.press('Control+m')
    expect(await state()).to.deep.include({ muted: false })
  })

  it('moves nothing for who wants less motion', async () => {
    const page = await pages.open((opened) => opened.emulateMedia({ reducedMotion: 'reduce' }))
    const name = await page.evaluate(() => {
      window.stage.script = { hold: true }
      void window.stage.place().play()
      return getComputedStyle(window.stage.part('play'), '::after').animationName
    })
    expect(name).to.equal('none')
  })

  it('is readable in light and in dark, whichever the visitor or the site prefers', async () => {
    const page = await pages.open()
    for (const [scheme, theme, dark] of [
      ['light', '', false],
      ['dark', '', true],
      ['dark', 'light', false],
      ['light', 'dark', true]
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      const contrasts = await page.evaluate(async (theme) => {
        document.querySelector('main')!.replaceChildren()
        const { stage } = window
        const player = stage.place({ theme })
        await player.play()
        stage.listener.tell('stats', stage.stats())
        await stage.openPanel()
        const numbers = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number)
        const light = (colour: string): number => {
          const [r, g, b] = numbers(colour).map((value) => {
            const part = value / 255
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
          })
          return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
        }
        const contrast = (one: string, two: string): number => {
          const [a, b] = [light(one), light(two)].sort((x, y) => y - x)
          return (a! + 0.05) / (b! + 0.05)
        }
        const back = getComputedStyle(player).backgroundColor
        const root = player.shadowRoot!
        const style = (selector: string): CSSStyleDeclaration =>
          getComputedStyle(root.querySelector(selector)!)
        return {
          isDark: light(back) < 0.2,
          texts: ['[part=title]', '[part=state]', '[part=live]', 'dt', 'dd', 'th', '[part~=icon]'].map(
            (each) => contrast(style(each).color, back)
          ),
          button: contrast(style('[part=play]').color, style('[part=play]').backgroundColor),
          lines: ['.c0', '.c1', '.c2', '.c3'].map((each) => contrast(style(each).stroke, back))
        }
      }, theme)
      expect(contrasts.isDark, `${scheme} ${theme}`).to.equal(dark)
      expect(Math.min(...contrasts.texts, contrasts.button)).to.be.at.least(4.5)
      expect(Math.min(...contrasts.lines)).to.be.at.least(3)
    }
  })

  it('takes a site’s colours', async () => {
    const page = await pages.open()
    const told = await page.evaluate(() => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(
        'treecast-player { --treecast-accent: rgb(1, 2, 3); width: 300px } treecast-player::part(play) { border-radius: 5px }'
      )
      document.adoptedStyleSheets = [sheet]
      const player = window.stage.place()
      const { backgroundColor, borderRadius } = getComputedStyle(window.stage.part('play'))
      return { backgroundColor, borderRadius, width: player.offsetWidth }
    })
    expect(told).to.deep.equal({ backgroundColor: 'rgb(1, 2, 3)', borderRadius: '5px', width: 300 })
  })

  it('fits where there are 320 pixels, and needs no scrolling sideways', async () => {
    const page = await pages.open((opened) => opened.setViewportSize({ width: 320, height: 700 }))
    const overflow = await page.evaluate(async () => {
      const { stage } = window
      await stage.place({ p2p: 'ask' }).play()
      const title = 'A title without any end '.repeat(9) + 'x'.repeat(200)
      stage.listener.tell(
        'metadata',
        new Map([
          ['title', title],
          ['artist', 'y'.repeat(300)]
        ])
      )
      stage.listener.tell('stats', stage.stats({ webrtc: 'blocked', webrtcReason: 'z'.repeat(90) }))
      await stage.openPanel()
      return document.documentElement.scrollWidth - innerWidth
    })
    expect(overflow).to.be.at.most(0)
  })
})
