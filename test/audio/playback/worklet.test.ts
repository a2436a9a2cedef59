import { expect } from 'chai'
import process from 'node:process'
import type { TreecastError } from '../../../src/protocol/errors.js'
import { type TestPage, useChromium } from '../../browser/chromium.js'
import { find, snr } from '../signal.js'
import { floats, openLab, useLab } from './lab.js'

const RATE = 48_000

/** Where in the show a part of a recording comes from; s. */
function placeOf(part: Float32Array, show: Float32Array): number | undefined {
  const place = find(part, show)
  return place === undefined ? undefined : place / RATE
}

describe('playback by the worklet, in Chromium', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const lab = useLab()

  const decodeShow = async (page: TestPage) => floats(await page.evaluate(() => window.lab.decodeShow()))

  it('gives out the decoded samples as they are, without an underrun', async () => {
    const page = await openLab(chromium, lab)
    const text = await page.evaluate(async () => {
      const playback = window.lab.makePlayback({ delayMs: 2000 })
      const started = playback.start()
      await window.lab.record(playback.node!)
      await started
      await window.lab.feed({ joined: 3, since: 1, until: 8 })
      playback.end()
      await window.lab.logged('ended')
      return window.lab.recording()
    })
    const heard = floats(text)
    const show = (await decodeShow(page)).subarray(0, 8 * RATE)
    // A second from its middle tells where it is; from there on all is compared.
    const probe = heard.findIndex((sample) => sample !== 0) + RATE
    const place = find(heard.subarray(probe, probe + RATE), show)!
    const length = show.length - place
    expect(length).to.be.above(4 * RATE)
    expect(snr(show.subarray(place), heard.subarray(probe, probe + length))).to.be.at.least(60)
    expect(await page.evaluate(() => [window.lab.log, window.lab.playback.stats()])).to.deep.equal([
      ['playing', 'ended'],
      {
        bufferMs: 0,
        delayMs: 0,
        underruns: 0,
        concealedMs: 0,
        skippedMs: 0,
        ratio: 1,
        decoder: 'webcodecs',
        output: 'worklet'
      }
    ])
    expect(page.problems).to.deep.equal([])
    expect(lab.violations).to.deep.equal([])
  })

  it('starts at once with what a newcomer is given', async () => {
    const page = await openLab(chromium, lab)
    const { startMs, stats } = await page.evaluate(async () => {
      const began = performance.now()
      const playback = window.lab.makePlayback({ delayMs: 2000 })
      void playback.start()
      void window.lab.feed({ joined: 5, since: 3, until: 10 })
      await window.lab.logged('playing')
      const startMs = performance.now() - began
      await new Promise<void>((resolve) => playback.whenHeard(4 * 48_000, resolve))
      return { startMs, stats: playback.stats() }
    })
    // For people: the figure depends on the machine.
    process.stderr.write(`
  first sample after ${Math.round(startMs)} ms
`)
    expect(stats.delayMs).to.be.within(1_800, 2_200)
    expect(stats.bufferMs).to.be.above(1_000)
  })

  it('conceals a lost packet, and time goes on', async () => {
    const page = await openLab(chromium, lab)
    const { text, stats } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      const started = playback.start()
      await window.lab.record(playback.node!)
      await started
      await window.lab.feed({ joined: 2, until: 6, lost: [35] })
      playback.end()
      await window.lab.logged('ended')
      return { text: window.lab.recording(), stats: playback.stats() }
    })
    expect(stats).to.include({ concealedMs: 100, underruns: 0 })
    const heard = floats(text)
    const show = (await decodeShow(page)).subarray(0, 6 * RATE)
    const probe = heard.findIndex((sample) => sample !== 0) + RATE / 2
    const place = find(heard.subarray(probe, probe + RATE), show)!
    const after = 5 * RATE
    expect(snr(show.subarray(after), heard.subarray(probe + after - place))).to.be.above(30)
  })

  it('is silent when it is stopped, and goes on at the live edge', async () => {
    const page = await openLab(chromium, lab)
    const { text, stopped, started } = await page.evaluate(async () => {
      const context = new AudioContext({ sampleRate: 48_000 })
      const playback = window.lab.makePlayback({ context })
      const ready = playback.start()
      await window.lab.record(playback.node!)
      await ready
      void window.lab.feed({ joined: 2, until: 12 })
      await new Promise<void>((resolve) => playback.whenHeard(3 * 48_000, resolve))
      const stopped = window.lab.heard.length
      playback.stop()
      while (Date.now() < window.lab.showBegan + 6_000)
        await new Promise((resolve) => setTimeout(resolve, 50))
      const started = window.lab.heard.length
      await playback.start()
      await window.lab.logged('playing', 2)
      await new Promise<void>((resolve) => playback.whenHeard(6 * 48_000, resolve))
      return { text: window.lab.recording(), stopped, started }
    })
    const heard = floats(text)
    const silent = heard.subarray((stopped + 80) * 128, started * 128)
    expect(silent.length).to.be.above(RATE)
    expect(silent.every((sample) => sample === 0)).to.equal(true)
    const again = heard.subarray(started * 128)
    const first = again.findIndex((sample) => sample !== 0)
    const place = placeOf(again.subarray(first + 9600, first + 24_000), await decodeShow(page))
    expect(place).to.be.within(4.5, 6)
  })

  it('is as loud as it is told to be', async () => {
    const page = await openLab(chromium, lab)
    const peaks = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      playback.volume = 0.5
      const started = playback.start()
      await window.lab.record(playback.node!)
      await started
      void window.lab.feed({ joined: 2, until: 12 })
      const peak = async (second: number) => {
        await new Promise<void>((resolve) => playback.whenHeard(second * 48_000, resolve))
        const heard = window.lab.heard.splice(0).flatMap(({ samples }) => [...samples])
        return Math.max(...heard.slice(-24_000).map(Math.abs))
      }
      const half = await peak(3)
      playback.muted = true
      await peak(3.5)
      const muted = await peak(4.5)
      playback.muted = false
      playback.volume = 7
      const volume = playback.volume
      return { half, muted, volume, full: await peak(6) }
    })
    expect(peaks.muted).to.equal(0)
    expect(peaks.volume).to.equal(1)
    expect(peaks.half).to.be.within(0.02, 0.5)
    expect(peaks.full).to.be.above(0.05)
  })

  it('gives its sound as a stream, without a call of start()', async () => {
    const page = await openLab(chromium, lab)
    const peak = await page.evaluate(async () => {
      const { stream } = window.lab.makePlayback()
      void window.lab.feed({ joined: 2, until: 8 })
      const context = new AudioContext()
      await window.lab.record(context.createMediaStreamSource(stream))
      await window.lab.logged('playing')
      await new Promise<void>((resolve) => window.lab.playback.whenHeard(3 * 48_000, resolve))
      const tracks = stream.getTracks()
      await window.lab.playback.close()
      await context.close()
      return {
        peak: window.lab.heard.reduce((peak, { samples }) => Math.max(peak, ...samples), 0),
        tracks: tracks.map(({ kind, readyState }) => `${kind} ${readyState}`)
      }
    })
    expect(peak.peak).to.be.above(0.05)
    expect(peak.tracks).to.deep.equal(['audio ended'])
  })

  it('plays in an application’s context at another rate, and leaves it open', async () => {
    const page = await openLab(chromium, lab)
    const { states, stats, peak } = await page.evaluate(async () => {
      const context = new AudioContext({ sampleRate: 44_100 })
      const playback = window.lab.makePlayback({ context })
      const started = playback.start()
      await window.lab.record(playback.node!)
      await started
      void window.lab.feed({ joined: 2, until: 6 })
      await new Promise<void>((resolve) => playback.whenHeard(3 * 48_000, resolve))
      const stats = playback.stats()
      await playback.close()
      return {
        states: [context.state, playback.node?.context === context],
        stats,
        peak: window.lab.heard.reduce((peak, { samples }) => Math.max(peak, ...samples), 0)
      }
    })
    expect(states).to.deep.equal(['running', true])
    expect(stats).to.include({ underruns: 0, ratio: 1 })
    expect(peak).to.be.above(0.05)
  })

  it('tells what is heard when it is heard, in order', async () => {
    const page = await openLab(chromium, lab)
    const told = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      const told: { second: number; late: number }[] = []
      for (const second of [2, 1.5, 2.5]) {
        playback.whenHeard(second * 48_000, () => {
          const now = (Date.now() - window.lab.showBegan) / 1000
          told.push({ second, late: now - second })
        })
      }
      await playback.start()
      await window.lab.feed({ joined: 2, until: 5 })
      return told
    })
    expect(told.map(({ second }) => second)).to.deep.equal([1.5, 2, 2.5])
    for (const { late } of told) expect(late).to.be.within(0.9, 1.6)
  })

  it('plays a new show from its beginning', async () => {
    const page = await openLab(chromium, lab)
    const text = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      const started = playback.start()
      await window.lab.record(playback.node!)
      await started
      await window.lab.feed({ joined: 7, since: 5, until: 8 })
      await window.lab.feed({ joined: 0.2, until: 4 })
      playback.end()
      await window.lab.logged('ended')
      return window.lab.recording()
    })
    const show = await decodeShow(page)
    const last = floats(text).subarray(-2 * RATE)
    expect(placeOf(last.subarray(0, RATE), show)).to.be.within(1, 3.2)
  })

  it('tells the end once, though it is stopped before it has played out', async () => {
    const page = await openLab(chromium, lab)
    const log = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      await playback.start()
      await window.lab.feed({ joined: 2, until: 2 })
      await window.lab.logged('playing')
      playback.end()
      playback.stop()
      playback.stop()
      return window.lab.log
    })
    expect(log).to.deep.equal(['playing', 'ended'])
  })

  it('leaves nothing when it is closed', async () => {
    const page = await openLab(chromium, lab)
    const { state, log } = await page.evaluate(async () => {
      const playback = window.lab.makePlayback()
      await playback.start()
      void window.lab.feed({ joined: 2, until: 3 })
      await window.lab.logged('playing')
      const { context } = playback.node!
      await playback.close()
      await playback.close()
      playback.push(window.lab.frames[0]!)
      playback.end()
      const again = await playback.start().then(
        () => 'started',
        (error: unknown) => (error as TreecastError).code
      )
      return { state: context.state, log: [...window.lab.log, again] }
    })
    expect(state).to.equal('closed')
    expect(log).to.deep.equal(['playing', 'playback-failed'])
    expect(page.problems).to.deep.equal([])
  })

  it('says where it looked for a worklet that is not there', async () => {
    const page = await openLab(chromium, lab)
    const error = await page.evaluate(() =>
      window.lab
        .makePlayback({ workletUrl: '/nowhere.js' })
        .start()
        .then(
          () => undefined,
          (error: unknown) => {
            const { code, message } = error as TreecastError
            return { code, message }
          }
        )
    )
    expect(error!.code).to.equal('playback-failed')
    expect(error!.message).to.include('/nowhere.js')
  })
})
