import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: import', function () {
  this.timeout(30_000)

  it('does nothing on a server', async () => {
    const before = Object.keys(globalThis)
    const module = await import('../../src/player.js')
    expect(module.TreecastPlayer).to.be.a('function')
    expect(Object.keys(globalThis)).to.deep.equal(before)
  })

  describe('in a page', () => {
    const pages = usePlayerPages()

    it('defines the element; a second copy does no harm', async () => {
      const page = await pages.open()
      const told = await page.evaluate(async () => {
        const first = customElements.get('treecast-player')
        await import(/* @vite-ignore */ String(new URL('/player/player.js?again', location.href)))
        return {
          isDefined: first !== undefined,
          isTheSame: customElements.get('treecast-player') === first,
          isPlayer: document.createElement('treecast-player') instanceof first!
        }
      })
      expect(told).to.deep.equal({ isDefined: true, isTheSame: true, isPlayer: true })
    })
  })
})
