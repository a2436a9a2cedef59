import { expect } from 'chai'
import { usePlayerPages } from './page.js'

describe('player: failures', function () {
  this.timeout(30_000)
  const pages = usePlayerPages()

  it('tells of a malformed link as soon as it is set', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.make({ controls: '', src: 'treecast:abc' })
      const failed = new Promise<ErrorEvent>((resolve) => player.addEventListener('error', resolve))
      document.body.append(player)
      const { error, message } = (await failed) as { error: unknown; message: string }
      return {
        code: (error as { code: string }).code,
        same: error === player.error,
        message,
        notice: stage.part('notice').innerText.trim(),
        canRetry: !stage.part('yes').hidden,
        joins: stage.listeners.length
      }
    })
    expect(told.message).to.match(/^not a treecast link: /)
    expect(told).to.deep.include({
      code: 'bad-link',
      same: true,
      notice: 'The link to this broadcast is malformed.',
      canRetry: false,
      joins: 0
    })
  })

  it('shows why nothing is heard, and tries again', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      stage.script = { fail: ['not-live', 'the broadcast "Evening Show" is not live'] }
      const player = stage.place()
      const outcome = await player.play().catch((error: unknown) => error === player.error)
      const notice = stage
        .part('notice')
        .innerText.split('\n')
        .filter((line) => line.trim() !== '')
      const failed = { outcome, notice, paused: player.paused, state: stage.part('state').textContent }
      stage.script = {}
      const again = new Promise((resolve) => player.addEventListener('playing', resolve))
      stage.part('yes').click()
      await again
      return { ...failed, error: player.error, isShown: !stage.part('notice').hidden, events: stage.events }
    })
    expect(told).to.deep.equal({
      outcome: true,
      notice: ['This broadcast is not live right now.', 'Try again'],
      paused: true,
      state: 'Not playing',
      error: undefined,
      isShown: false,
      events: ['play', 'waiting', 'emptied', 'pause', 'error', 'play', 'waiting', 'playing']
    })
  })

  it('says in full what it has no words of its own for', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      stage.script = { fail: ['out-of-date', 'the certificate is not valid today; check the clock'] }
      await stage
        .place()
        .play()
        .catch(() => undefined)
      return stage.part('notice').innerText
    })
    expect(told).to.include('the certificate is not valid today; check the clock')
  })

  it('is over when what comes cannot be made audible', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place()
      await player.play()
      const { TreecastError } = stage
      stage.listener.tell(
        'error',
        new TreecastError('playback-failed', 'the decoder broke down; reload the page')
      )
      return {
        calls: stage.listener.calls,
        paused: player.paused,
        code: (player.error as { code?: string }).code
      }
    })
    expect(told).to.deep.equal({ calls: ['play at 1', 'close'], paused: true, code: 'playback-failed' })
  })

  it('refuses ice-servers that are not JSON', async () => {
    const page = await pages.open()
    const told = await page.evaluate(async () => {
      const { stage } = window
      const player = stage.place({ 'ice-servers': 'stun:here' })
      const message = await player.play().catch((error: unknown) => (error as Error).message)
      player.iceServers = [{ urls: 'stun:127.0.0.1:1' }]
      await player.play()
      return { message, used: stage.listener.options.iceServers }
    })
    expect(told.message).to.match(/^ice-servers is not JSON/)
    expect(told.used).to.deep.equal([{ urls: 'stun:127.0.0.1:1' }])
  })

  describe('sound that waits for a gesture', () => {
    it('is asked for, and comes with a tap', async () => {
      const page = await pages.open()
      const told = await page.evaluate(async () => {
        const { stage } = window
        stage.script = { block: true }
        const player = stage.place({ autoplay: '' })
        await new Promise((resolve) => player.addEventListener('playbackblocked', resolve))
        await Promise.resolve()
        return { paused: player.paused, error: player.error, joined: player.listener !== undefined }
      })
      expect(told).to.deep.equal({ paused: true, error: undefined, joined: true })
      await page.evaluate(() => (window.stage.script = {}))
      await page.getByRole('button', { name: 'Tap to listen' }).click()
      const then = await page.evaluate(() => {
        const { stage, player } = window
        return { paused: player.paused, joins: stage.listeners.length, isShown: !stage.part('notice').hidden }
      })
      expect(then).to.deep.equal({ paused: false, joins: 1, isShown: false })
      expect(await page.evaluate(() => window.stage.events)).to.deep.equal([
        'play',
        'waiting',
        'playbackblocked',
        'pause',
        'play',
        'waiting',
        'playing'
      ])
    })

    it('rejects play() and resolves unlock()', async () => {
      const page = await pages.open()
      const told = await page.evaluate(async () => {
        const { stage } = window
        stage.script = { block: true }
        const player = stage.place()
        const code = await player.play().catch((error: unknown) => (error as { code?: string }).code)
        stage.script = {}
        await player.unlock()
        return { code, paused: player.paused }
      })
      expect(told).to.deep.equal({ code: 'playback-blocked', paused: false })
    })

    it('is not relayed for ever while nobody taps', async () => {
      const page = await pages.open((opened) => opened.clock.install())
      await page.evaluate(async () => {
        window.stage.script = { block: true }
        await window.stage
          .place()
          .play()
          .catch(() => undefined)
      })
      await page.clock.fastForward(61_000)
      const told = await page.evaluate(async () => {
        const { stage, player } = window
        const { calls } = stage.listener
        const isShown = !stage.part('notice').hidden
        stage.script = {}
        await player.unlock()
        return { calls, isShown, joins: stage.listeners.length }
      })
      expect(told).to.deep.equal({ calls: ['play at 1', 'close'], isShown: true, joins: 2 })
    })
  })
})
