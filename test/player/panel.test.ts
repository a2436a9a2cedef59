import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: the stats panel', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('tells how the show comes, from whom, and to whom it goes', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await stage.openPanel()
      const empty = stage.part('panel').innerText.trim()
      await player.play()
      stage.listener.tell('stats', stage.stats({ bytesOut: 5_131_000 }))
      stage.listener.tell('stats', stage.stats())
      const panel = stage.part('panel')
      const text = (element: Element): string => element.textContent
      return {
        empty,
        head: text(panel.querySelector('p')!),
        figures: [...panel.querySelectorAll('dt')].map(
          (term) => `${text(term)}: ${text(term.nextElementSibling!)}`
        ),
        tables: [...panel.querySelectorAll('tr')].map((row) => [...row.children].map(text).join(' '))
      }
    })
    expect(told).to.deep.equal({
      empty: 'Press play to see how the show reaches you.',
      head: '84 % of the audio came from other listeners',
      figures: [
        'Live delay: 2.1 s',
        'Buffer: 1.9 s',
        'Gaps, underruns: 1, 2',
        'From peers: 3.2 MB',
        'From the origin: 612 kB',
        'Uploaded: 5.1 MB, 72 kbit/s',
        'Peers in the show: 128',
        'WebRTC: works'
      ],
      tables: [
        'Peer Over Stripes Bytes',
        'Origin WebSocket 4 612 kB',
        'kd82m WebRTC 1 1.1 MB',
        'p6wyt WebRTC 2, 3 2.1 MB',
        'Peer Over Stripes Bytes',
        'zz7h3 WebRTC 1, 2, 3, 4 4.1 MB',
        'wm5xc WebRTC 3 1.0 MB'
      ]
    })
  })

  it('draws each stripe from the origin down, and each peer once', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place().play()
      await stage.openPanel()
      stage.listener.tell('stats', stage.stats())
      const picture = stage.part('tree')
      const boxes = [...picture.querySelectorAll('text')]
      const lines = [...picture.querySelectorAll('path')]
      return {
        names: boxes
          .filter((each) => each.getAttribute('class') !== 'number')
          .map((each) => each.textContent),
        numbers: boxes
          .filter((each) => each.getAttribute('class') === 'number')
          .map((each) => each.textContent),
        rows: [...picture.querySelectorAll('rect')].map((each) => each.getAttribute('y')),
        lines: lines.map((each) => each.getAttribute('class')),
        // Neither colour nor place alone tells one stripe from another.
        dashes: [...new Set(lines.map((each) => getComputedStyle(each).strokeDasharray))]
      }
    })
    expect(told.names).to.deep.equal(['You', 'Origin', 'ab3kq', 'kd82m', 'p6wyt', 'q5tnz', 'zz7h3', 'wm5xc'])
    expect(told.numbers).to.deep.equal(['1', '2', '3', '4'])
    const [you, origin, first, second, third, fourth, child, other] = told.rows.map(Number)
    expect(first).to.equal(fourth)
    expect(second).to.equal(third)
    expect(child).to.equal(other)
    expect([origin!, first!, second!, you!, child!]).to.satisfy((ys: number[]) =>
      ys.every((y, i) => i === 0 || y > ys[i - 1]!)
    )
    expect(told.lines.filter((line) => line === 'c0 d0')).to.have.length(3 + 1)
    expect(told.lines.filter((line) => line === 'c3 d3')).to.have.length(1 + 1)
    expect(told.dashes).to.have.length(4)
  })

  it('tells why WebRTC does not work, that a stripe has no parent, and how many children are not drawn', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place().play()
      await stage.openPanel()
      const { neighbours } = stage.stats()
      const children = Array.from({ length: 9 }, (_, i) => ({ ...neighbours[3]!, id: `${i}child`, fed: [0] }))
      stage.listener.tell(
        'stats',
        stage.stats({
          webrtc: 'blocked',
          webrtcReason: 'no address of its own was found',
          paths: [['orig2sbn'], null],
          neighbours: children
        })
      )
      const picture = stage.part('tree')
      return {
        webrtc: stage.part('panel').querySelector('dd:last-child')!.textContent,
        words: picture.getAttribute('aria-label'),
        last: [...picture.querySelectorAll('text')].at(-1)!.textContent,
        feeding: stage.part('panel').querySelector('.quiet')!.textContent
      }
    })
    expect(told).to.deep.include({
      webrtc: 'blocked: no address of its own was found',
      last: 'and 3 more',
      feeding: 'Feeding you: nobody now'
    })
    expect(told.words).to.include('Stripe 2: from nobody now.')
  })

  it('draws sixteen stripes and sixteen rows', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place().play()
      await stage.openPanel()
      const paths = Array.from({ length: 16 }, (_, stripe) => [
        'orig2sbn',
        ...Array.from({ length: 15 }, (_, row) => `${stripe}x${row}`)
      ])
      stage.listener.tell('stats', stage.stats({ paths, neighbours: [] }))
      const lines = [...stage.part('tree').querySelectorAll('path')]
      return { lines: lines.length, kinds: new Set(lines.map((each) => each.getAttribute('class'))).size }
    })
    expect(told).to.deep.equal({ lines: 16 * 16, kinds: 16 })
  })

  it('has the whole of a failure', async () => {
    const page = await pages.open()
    const text = await page.evaluate(async () => {
      const { stage } = window
      stage.script = {
        fail: ['no-tracker', 'the tracker ws://127.0.0.1:1 does not answer; check the address']
      }
      await stage
        .place()
        .play()
        .catch(() => undefined)
      await stage.openPanel()
      return stage.part('panel').innerText.trim()
    })
    expect(text.toLowerCase()).to.equal('the tracker ws://127.0.0.1:1 does not answer; check the address')
  })
})
