import { expect } from 'chai'
import process from 'node:process'
import { useChromium } from '../../browser/chromium.js'
import { openLab, useLab } from './lab.js'

describe('playback by a media element, in Chromium', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const lab = useLab()

  it('is heard, at the delay that was asked for, and tells the end', async () => {
    const page = await openLab(chromium, lab)
    const { peak, stats, log, place } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      const context = new AudioContext({ sampleRate: 48_000 })
      const { stream } = playback
      const fed = window.lab.feed({ joined: 2, until: 8 })
      await window.lab.logged('playing')
      // Its track comes when the element knows what it plays; a stream tells nobody of a track that a script adds.
      while (stream.getTracks().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      await window.lab.record(context.createMediaStreamSource(stream))
      await new Promise<void>((resolve) => playback.whenHeard(4 * 48_000, resolve))
      const place = window.lab.element.currentTime
      const stats = playback.stats()
      await fed
      playback.end()
      const log = await window.lab.logged('ended')
      const peak = window.lab.heard.reduce((peak, { samples }) => Math.max(peak, ...samples), 0)
      return { log, stats, place, peak }
    })
    expect(log).to.deep.equal(['playing', 'ended'])
    expect(place).to.be.within(3.9, 5)
    expect(peak).to.be.above(0.05)
    expect(stats).to.include({ underruns: 0, concealedMs: 0, decoder: 'element', output: 'element' })
    expect(stats.delayMs).to.be.within(700, 2_000)
    expect(page.problems).to.deep.equal([])
    expect(lab.violations).to.deep.equal([])
  })

  it('plays over a lost packet, and over a longer hole', async () => {
    const page = await openLab(chromium, lab)
    const { stats, place } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      const fed = window.lab.feed({
        joined: 2,
        until: 12,
        lost: [25, ...Array.from({ length: 15 }, (_, at) => 45 + at)]
      })
      await new Promise<void>((resolve) => playback.whenHeard(8 * 48_000, resolve))
      const place = window.lab.element.currentTime
      const stats = playback.stats()
      await playback.close()
      await fed
      return { stats, place }
    })
    expect(stats.concealedMs).to.equal(1_600)
    expect(place).to.be.above(7.9)
  })

  it('is silent when it is stopped, and goes on at the live edge', async () => {
    const page = await openLab(chromium, lab)
    const { paused, before, after, log } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      void window.lab.feed({ joined: 2, until: 15 })
      await new Promise<void>((resolve) => playback.whenHeard(2 * 48_000, resolve))
      playback.stop()
      const { paused, currentTime: before } = window.lab.element
      while (Date.now() < window.lab.showBegan + 6_000)
        await new Promise((resolve) => setTimeout(resolve, 50))
      await playback.start()
      await window.lab.logged('playing', 2)
      const after = (Date.now() - window.lab.showBegan) / 1000 - window.lab.element.currentTime
      return { paused, before, after, log: window.lab.log }
    })
    expect(paused).to.equal(true)
    expect(before).to.be.within(1.9, 3.5)
    expect(after).to.be.within(0.7, 2.5)
    expect(log.filter((each) => each !== 'playing')).to.deep.equal([])
  })

  it('plays a new show from its beginning', async () => {
    const page = await openLab(chromium, lab)
    const heard = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      await window.lab.feed({ joined: 7, since: 5, until: 8 })
      const fed = window.lab.feed({ joined: 0.2, until: 4 })
      const heard: number[] = []
      for (const second of [1, 2, 3]) playback.whenHeard(second * 48_000, () => heard.push(second))
      await fed
      playback.end()
      await window.lab.logged('ended')
      return heard
    })
    expect(heard).to.deep.equal([1, 2, 3])
  })

  it('goes on at the live edge after the process was stopped', async () => {
    const page = await openLab(chromium, lab)
    const session = await chromium.browser.newBrowserCDPSession()
    await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      void window.lab.feed({ joined: 2.5, until: 20 })
      await new Promise<void>((resolve) => playback.whenHeard(2 * 48_000, resolve))
    })
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer')
    for (const { id } of renderers) process.kill(id, 'SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    for (const { id } of renderers) process.kill(id, 'SIGCONT')
    const { behind, stats } = await page.evaluate(async () => {
      const live = () => (Date.now() - window.lab.showBegan) / 1000
      await new Promise<void>((resolve) => window.lab.playback.whenHeard(live() * 48_000, resolve))
      return { behind: live() - window.lab.element.currentTime, stats: window.lab.playback.stats() }
    })
    expect(behind).to.be.within(0.7, 2.5)
    expect(stats.skippedMs).to.be.above(2_000)
  })

  it('drops what has been heard', async () => {
    const page = await openLab(chromium, lab)
    const start = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      void window.lab.feed({ joined: 2, until: 20 })
      await new Promise<void>((resolve) => playback.whenHeard(13 * 48_000, resolve))
      return window.lab.element.buffered.start(0)
    })
    expect(start).to.be.within(4, 10)
  })

  it('leaves nothing when it is closed', async () => {
    const page = await openLab(chromium, lab)
    const { src, paused, log } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ output: 'element' })
      await playback.start()
      void window.lab.feed({ joined: 2, until: 4 })
      await window.lab.logged('playing')
      await playback.close()
      await playback.close()
      const { src, paused } = window.lab.element
      return { src, paused, log: window.lab.log }
    })
    expect([src, paused]).to.deep.equal(['', true])
    expect(log).to.deep.equal(['playing'])
    expect(page.problems).to.deep.equal([])
  })
})
