import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: attributes', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('reflect properties', async () => {
    const page = await pages.open()
    const told = await page.evaluate(() => {
      const player = document.createElement('treecast-player')
      player.src = 'treecast:x'
      player.controls = true
      player.autoplay = true
      player.muted = true
      player.volume = 0.25
      player.p2p = 'off'
      player.maxUploadKbps = 300
      player.bufferMs = 900
      player.workletUrl = '/worklet.js'
      player.iceServers = [{ urls: 'turn:127.0.0.1:1', username: 'a', credential: 'secret' }]
      const full = player.outerHTML
      player.controls = player.autoplay = player.muted = false
      player.maxUploadKbps = player.bufferMs = player.workletUrl = undefined
      return { full, less: player.outerHTML }
    })
    expect(told).to.deep.equal({
      full:
        '<treecast-player src="treecast:x" controls="" autoplay="" muted="" volume="0.25" p2p="off" ' +
        'max-upload-kbps="300" buffer-ms="900" worklet-url="/worklet.js"></treecast-player>',
      less: '<treecast-player src="treecast:x" volume="0.25" p2p="off"></treecast-player>'
    })
  })

  it('are read by properties, with defaults', async () => {
    const page = await pages.open()
    const told = await page.evaluate(() => {
      const read = (html: string): unknown[] => {
        const player = new DOMParser().parseFromString(html, 'text/html').querySelector('treecast-player')!
        document.body.append(player)
        const { src, controls, autoplay, muted, volume, p2p, iceServers, maxUploadKbps, bufferMs } = player
        return [src, controls, autoplay, muted, volume, p2p, iceServers, maxUploadKbps, bufferMs]
      }
      return [
        read('<treecast-player></treecast-player>'),
        read(
          `<treecast-player src="treecast:x" controls muted volume="7" p2p="ask" ice-servers='[{"urls":"stun:a"}]'
            max-upload-kbps="0" buffer-ms="900"></treecast-player>`
        ),
        read('<treecast-player volume="loud" p2p="perhaps"></treecast-player>').slice(4, 6)
      ]
    })
    expect(told).to.deep.equal([
      ['', false, false, false, 1, 'on', [], undefined, undefined],
      ['treecast:x', true, false, true, 1, 'ask', [{ urls: 'stun:a' }], 0, 900],
      [1, 'on']
    ])
  })

  it('change the volume at once, and tell', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ volume: '0.5' })
      await player.play()
      const before = stage.listener.calls
      const heard = [stage.listener.volume]
      stage.events.length = 0
      player.volume = 0.2
      heard.push(stage.listener.volume)
      player.setAttribute('muted', '')
      return { before, heard, muted: stage.listener.muted, events: stage.events }
    })
    expect(told).to.deep.equal({
      before: ['play at 0.5'],
      heard: [0.5, 0.2],
      muted: true,
      events: ['volumechange', 'volumechange']
    })
  })

  it('count when they were set as properties before the element was defined', async () => {
    const page = await pages.open()
    const told = await page.evaluate(() => {
      const early = Object.assign(document.createElement('treecast-early'), {
        iceServers: [{ urls: 'stun:early' }],
        src: window.stage.link,
        volume: 0.3
      })
      document.body.append(early)
      customElements.define('treecast-early', class extends window.stage.TreecastPlayer {})
      const player = early as unknown as typeof window.player
      return [
        player.iceServers,
        player.getAttribute('src') === window.stage.link,
        player.getAttribute('volume')
      ]
    })
    expect(told).to.deep.equal([[{ urls: 'stun:early' }], true, '0.3'])
  })
})
