import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: playing', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('joins at play, not before', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ 'buffer-ms': '1500', 'max-upload-kbps': '256', 'worklet-url': '/w.js' })
      await Promise.resolve()
      const before = stage.listeners.length
      const played = player.play()
      const paused = player.paused
      await played
      const { link, calls, options } = stage.listener
      return { before, paused, link, calls, options: { ...options, signal: undefined }, events: stage.events }
    })
    expect(told.before).to.equal(0)
    expect(told.paused).to.equal(false)
    expect(told.link).to.match(/^treecast:a+\/Evening%20Show/)
    expect(told.calls).to.deep.equal(['play at 1'])
    expect(told.options).to.deep.include({
      p2p: 'on',
      iceServers: [],
      bufferMs: 1500,
      maxUploadKbps: 256,
      workletUrl: '/w.js'
    })
    expect(told.events).to.deep.equal(['play', 'waiting', 'playing'])
  })

  it('joins by itself with autoplay, once', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ autoplay: '' })
      await new Promise((resolve) => player.addEventListener('playing', resolve))
      player.pause()
      // Paused on purpose: it stays so, whatever changes.
      player.p2p = 'off'
      await Promise.resolve()
      return { joins: stage.listeners.length, paused: player.paused }
    })
    expect(told).to.deep.equal({ joins: 1, paused: true })
  })

  it('pauses at once, and goes on with the same listener', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      player.pause()
      const paused = player.paused
      await player.play()
      return { paused, joins: stage.listeners.length, calls: stage.listener.calls, events: stage.events }
    })
    expect(told).to.deep.equal({
      paused: true,
      joins: 1,
      calls: ['play at 1', 'pause', 'play at 1'],
      events: ['play', 'waiting', 'playing', 'pause', 'play', 'waiting', 'playing']
    })
  })

  it('leaves when it was paused for a minute, and joins anew at play', async () => {
    const page = await pages.open((opened) => opened.clock.install())
    await page.evaluate(async () => {
      const player = window.stage.place()
      await player.play()
      player.pause()
    })
    await page.clock.fastForward(59_000)
    expect(await page.evaluate(() => window.stage.listener.calls)).not.to.include('close')
    await page.clock.fastForward(2_000)
    const told = await page.evaluate(async () => {
      const { stage, player } = window
      const gone = [...stage.listener.calls, ...stage.events.slice(-1), player.listener === undefined]
      await player.play()
      return { gone, joins: stage.listeners.length }
    })
    expect(told).to.deep.equal({ gone: ['play at 1', 'pause', 'close', 'emptied', true], joins: 2 })
  })

  it('does not leave when it plays again within the minute', async () => {
    const page = await pages.open((opened) => opened.clock.install())
    await page.evaluate(async () => {
      const player = window.stage.place()
      await player.play()
      player.pause()
      await player.play()
    })
    await page.clock.fastForward(120_000)
    expect(await page.evaluate(() => window.stage.listener.calls)).not.to.include('close')
  })

  it('gives up joining when it is paused meanwhile', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      stage.script = { hold: true }
      const player = stage.place()
      const outcome = player.play().catch((error: unknown) => (error as Error).name)
      player.pause()
      const aborted = stage.listener.options.signal!.aborted
      return { outcome: await outcome, aborted, error: player.error, events: stage.events }
    })
    expect(told).to.deep.equal({
      outcome: 'AbortError',
      aborted: true,
      error: undefined,
      events: ['play', 'waiting', 'emptied', 'pause']
    })
  })

  it('waits at an underrun, and tells when it is heard again', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      await stage.place().play()
      stage.listener.tell('underrun', undefined)
      const state = stage.part('state').textContent
      const isBusy = stage.part('play').className
      stage.listener.tell('audible', undefined)
      return { state, isBusy, then: stage.part('state').textContent, events: stage.events }
    })
    expect(told).to.deep.equal({
      state: 'Buffering…',
      isBusy: 'busy',
      then: 'Playing',
      events: ['play', 'waiting', 'playing', 'waiting', 'playing']
    })
  })

  it('ends with the show, and can be played again', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      stage.listener.tell('ended', { packets: 1, frames: 5, gaps: 0, duplicates: 0, complete: true })
      const then = { ended: player.ended, paused: player.paused, state: stage.part('state').textContent }
      await player.play()
      return { ...then, endedNow: player.ended, joins: stage.listeners.length, events: stage.events }
    })
    expect(told).to.deep.equal({
      ended: true,
      paused: true,
      state: 'The broadcast has ended',
      endedNow: false,
      joins: 2,
      events: ['play', 'waiting', 'playing', 'emptied', 'pause', 'ended', 'play', 'waiting', 'playing']
    })
  })

  it('goes on with another broadcast when src changes', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      stage.listener.tell('metadata', new Map([['title', 'Nocturne']]))
      const again = new Promise((resolve) => player.addEventListener('playing', resolve))
      player.src = stage.link.replace('Evening', 'Morning')
      await again
      const [old, now] = stage.listeners
      return {
        old: old!.calls,
        now: now!.link.includes('Morning') && now!.calls,
        title: stage.part('title').firstChild!.textContent,
        paused: player.paused
      }
    })
    expect(told).to.deep.equal({
      old: ['play at 1', 'close'],
      now: ['play at 1'],
      title: 'Morning Show',
      paused: false
    })
  })

  it('leaves when src is taken away', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      player.removeAttribute('src')
      await Promise.resolve()
      return { calls: stage.listener.calls, paused: player.paused, state: stage.part('state').textContent }
    })
    expect(told).to.deep.equal({
      calls: ['play at 1', 'pause', 'close'],
      paused: true,
      state: 'No broadcast'
    })
  })

  it('plays on while it is moved, and leaves when it is removed', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      document.body.append(player)
      await new Promise((resolve) => setTimeout(resolve))
      const moved = { calls: [...stage.listener.calls], paused: player.paused }
      player.remove()
      await new Promise((resolve) => setTimeout(resolve))
      const removed = { calls: [...stage.listener.calls], paused: player.paused }
      document.body.append(player)
      await player.play()
      return { moved, removed, joins: stage.listeners.length, paused: player.paused }
    })
    expect(told.moved).to.deep.equal({ calls: ['play at 1'], paused: false })
    expect(told.removed).to.deep.equal({ calls: ['play at 1', 'pause', 'close'], paused: true })
    expect(told).to.deep.include({ joins: 2, paused: false })
  })

  it('plays outside of a document, as an Audio does', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.make()
      await player.play()
      await new Promise((resolve) => setTimeout(resolve))
      return { calls: stage.listener.calls, paused: player.paused }
    })
    expect(told).to.deep.equal({ calls: ['play at 1'], paused: false })
  })

  it('leaves with the page, and comes back with it', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
      const calls = [...stage.listener.calls]
      const again = new Promise((resolve) => player.addEventListener('playing', resolve))
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      await again
      return { calls, joins: stage.listeners.length }
    })
    expect(told).to.deep.equal({ calls: ['play at 1', 'close'], joins: 2 })
  })

  it('passes on metadata and statistics', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      const details: unknown[] = []
      player.addEventListener('metadata', ({ detail }) => details.push(Object.fromEntries(detail)))
      player.addEventListener('stats', ({ detail }) => details.push(detail.peers))
      await player.play()
      stage.listener.tell(
        'metadata',
        new Map([
          ['title', 'Nocturne'],
          ['artist', 'Chopin']
        ])
      )
      stage.listener.tell('stats', stage.stats())
      return {
        details,
        delayMs: player.delayMs,
        title: stage.part('title').firstChild!.textContent,
        state: stage.part('state').textContent,
        isLive: !stage.part('live').hidden
      }
    })
    expect(told).to.deep.equal({
      details: [{ title: 'Nocturne', artist: 'Chopin' }, 128],
      delayMs: 2140,
      title: 'Nocturne',
      state: 'Chopin',
      isLive: true
    })
  })

  it('shows on the lock screen what plays', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const { mediaSession } = navigator
      const seen: string[] = []
      const see = (): void => {
        const { metadata, playbackState } = mediaSession
        seen.push(
          `${playbackState}: ${metadata === null ? 'nothing' : `${metadata.title}, ${metadata.artist}`}`
        )
      }
      const player = stage.place()
      see()
      await player.play()
      stage.listener.tell(
        'metadata',
        new Map([
          ['title', 'Nocturne'],
          ['artist', 'Chopin']
        ])
      )
      see()
      player.pause()
      see()
      player.remove()
      await Promise.resolve()
      see()
      return seen
    })
    expect(told).to.deep.equal([
      'none: nothing',
      'playing: Nocturne, Chopin',
      'paused: Nocturne, Chopin',
      'none: nothing'
    ])
  })
})
