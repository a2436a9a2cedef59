/** examples/radio-relay with a real Icecast, real encoders that feed it, and real listeners. */

import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { needs } from '../setup/tools.js'
import { Icecast } from './icecast.js'
import { readOpus } from './opus-files.js'
import { endAll, SHOW, startTracker, stop, Treecast, treecast } from './processes.js'

const RELAY = fileURLToPath(new URL('../../examples/radio-relay/main.js', import.meta.url))

/** The example as people run it. */
class Relay extends Treecast {
  /** What it has told people. */
  readonly lines: string[] = []
  private readonly heard = new Set<() => void>()
  private readonly stdout: Promise<string>

  constructor(...args: string[]) {
    super(process.execPath, [RELAY, ...args], { raw: true })
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      this.lines.push(line)
      for (const wake of this.heard) wake()
    })
    this.stdout = once(this.child.stdout, 'data').then(([chunk]) => String(chunk).trim())
    this.stdout.catch(() => undefined)
  }

  link(): Promise<string> {
    return this.stdout
  }

  /** Waits until it has told something so many times. */
  async tells(what: RegExp, times = 1): Promise<void> {
    while (this.lines.filter((line) => what.test(line)).length < times) {
      const more = new Promise<void>((resolve) => this.heard.add(resolve))
      const over = this.exit.then(() => {
        throw new Error(`ended without ${String(what)}: ${this.stderr}`)
      })
      await Promise.race([more, over])
    }
  }
}

/** What Icecast throws away when an encoder leaves: up to two pages here, curl beside the relay gets no more either. */
const MAX_DROPPED = 5

/** What was heard is what was sent last, but for what Icecast threw away. */
function expectEnd(heard: readonly string[], sent: readonly string[]): void {
  const dropped = Array.from({ length: MAX_DROPPED + 1 }, (_, count) => count)
  const isEnd = dropped.some((count) => {
    const end = sent.slice(0, sent.length - count).slice(-heard.length)
    return end.length === heard.length && end.every((frame, i) => frame === heard[i])
  })
  expect(isEnd, `${heard.length} of ${sent.length} frames are not those that were sent last`).to.equal(true)
}

describe('the radio relay', function () {
  // Encoders and the station's burst keep real time, and a busy machine is slow beside.
  this.timeout(240_000)
  let folder: string
  let icecast: Icecast

  before(async function () {
    needs(this, 'icecast2', 'ffmpeg')
    folder = await mkdtemp(join(tmpdir(), 'treecast-radio-'))
    icecast = await Icecast.start(folder)
  })

  afterEach(endAll)

  after(async () => {
    await (icecast as Icecast | undefined)?.stop()
    if ((folder as string | undefined) !== undefined) await rm(folder, { recursive: true, force: true })
  })

  /** A station's encoder, and the file that holds what it sends. */
  function encoder(
    mount: string,
    from: number,
    seconds: number,
    title: string
  ): { run: Treecast; sent: string } {
    const sent = join(folder, `${mount.slice(1)}-${title.replaceAll(' ', '-')}.opus`)
    const pages = 'f=ogg:page_duration=20000'
    const run = new Treecast(
      'ffmpeg',
      // prettier-ignore
      ['-v', 'error', '-y', '-re', '-ss', String(from), '-t', String(seconds), '-i', SHOW,
        '-map', '0:a', '-map_metadata', '-1', '-c:a', 'libopus', '-b:a', '64k',
        '-metadata:s:a:0', `title=${title}`, '-metadata:s:a:0', 'artist=Allison Smith',
        '-f', 'tee', `[${pages}:content_type=audio/ogg]${icecast.source(mount)}|[${pages}]${sent}`],
      { raw: true }
    )
    return { run, sent }
  }

  it('waits for the mount, passes on every frame and title, and goes on when the encoder restarts', async () => {
    const { url } = await startTracker()
    const mount = '/restart.opus'
    const relay = new Relay(icecast.mount(mount), '--tracker', url, '--name', 'station')
    await relay.tells(/off the air: .*HTTP status 404.* \(trying again until it is back\)$/)

    const first = encoder(mount, 0, 60, 'First hour')
    const link = await relay.link()
    expect(link).to.match(/^treecast:[^/]+\/station\?tr=/)
    await relay.tells(/now playing: Allison Smith – First hour$/)
    const files = ['a', 'b'].map((name) => join(folder, `${name}.opus`))
    const listeners = files.map((file) => treecast('listen', link, '--out', file))
    // Who comes later than the title is told it when it is repeated.
    await Promise.all(listeners.map((listener) => listener.event('metadata')))
    await stop(first.run)
    await relay.tells(/off the air: the stream has ended/)

    const second = encoder(mount, 20, 6, 'Second hour')
    await relay.tells(/back on the air/, 2)
    await relay.tells(/now playing: Allison Smith – Second hour$/)
    expect(await second.run.exit, second.run.stderr).to.equal(0)
    await relay.tells(/off the air: the stream has ended/, 2)
    expect(await stop(relay), relay.stderr).to.equal(0)

    const before = (await readOpus(first.sent)).frames
    const after = (await readOpus(second.sent)).frames
    for (const [i, listener] of listeners.entries()) {
      expect(await listener.exit, listener.stderr).to.equal(0)
      const { frames, streams } = await readOpus(files[i]!)
      // From where it joined to the very end, across the restart.
      const restart = frames.lastIndexOf(after[0]!)
      expect(restart).to.be.above(0)
      expectEnd(frames.slice(0, restart), before)
      expectEnd(frames.slice(restart), after)
      expect(frames.length - restart).to.be.at.least(after.length - MAX_DROPPED)
      expect(streams).to.equal(2)
      expect(listener.last('ended')).to.include({ gaps: 0 })
      const titles = listener.events.filter(({ event }) => event === 'metadata')
      expect(titles.map(({ fields }) => (fields as { title: string }).title)).to.deep.equal([
        'First hour',
        'Second hour'
      ])
    }
  })

  it('tells the titles of a mount that chains them, with a tracker of its own', async () => {
    const mount = '/chained.opus'
    const feed = await icecast.feed(mount)
    const relay = new Relay(icecast.mount(mount), '--port', '0')
    const song = (from: number, seconds: number, title: string): Treecast => {
      // prettier-ignore
      const args = ['-v', 'error', '-re', '-ss', String(from), '-t', String(seconds), '-i', SHOW,
        '-map', '0:a', '-map_metadata', '-1', '-c:a', 'libopus', '-b:a', '64k',
        '-metadata:s:a:0', `title=${title}`, '-page_duration', '20000', '-f', 'ogg', '-']
      const encoder = new Treecast('ffmpeg', args, { raw: true })
      encoder.child.stdout.pipe(feed, { end: false })
      return encoder
    }
    const first = song(0, 8, 'A song')
    const listener = treecast('listen', await relay.link(), '--out', join(folder, 'chained.opus'))
    expect(await first.exit, first.stderr).to.equal(0)
    const second = song(10, 50, 'Another song')
    await relay.tells(/now playing: Another song$/)
    await listener.event('metadata', ({ fields }) => (fields as { title: string }).title === 'Another song')
    await stop(second)
    feed.destroy()
    await relay.tells(/off the air/)
    expect(await stop(relay), relay.stderr).to.equal(0)
    expect(await listener.exit, listener.stderr).to.equal(0)
  })

  it('begins a new show under the same link when the key of the first grows old', async () => {
    const { url } = await startTracker()
    const mount = '/days.opus'
    const station = encoder(mount, 0, 60, 'All day')
    const day = String(5 / 3600)
    const relay = new Relay(icecast.mount(mount), '--tracker', url, '--show-hours', day)
    const link = await relay.link()
    const listener = treecast('listen', link, '--out', join(folder, 'first-day.opus'))
    expect(await listener.exit, listener.stderr).to.equal(0)
    expect(listener.last('ended')).to.include({ complete: true })
    await relay.tells(/a new show under the same link$/)
    const next = treecast('listen', link, '--out', join(folder, 'next-day.opus'))
    await next.event('playing')
    expect(await stop(relay), relay.stderr).to.equal(0)
    expect(await next.exit, next.stderr).to.equal(0)
    await stop(station.run)
  })

  it('says at once what no patience mends', async () => {
    const mount = '/flac.ogg'
    const source = [
      '-re',
      '-i',
      SHOW,
      '-map',
      '0:a',
      '-c:a',
      'flac',
      '-content_type',
      'audio/ogg',
      '-f',
      'ogg'
    ]
    const station = new Treecast('ffmpeg', ['-v', 'error', ...source, icecast.source(mount)], { raw: true })
    const relay = new Relay(icecast.mount(mount), '--port', '0')
    expect(await relay.exit).to.equal(1)
    expect(relay.lines.at(-1)).to.match(
      /^http:\/\/127\.0\.0\.1:\d+\/flac\.ogg holds FLAC; make it mono or stereo Opus/
    )
    await stop(station)
  })

  for (const [args, message] of [
    [[], /^name one http\(s\):\/\/ address of an Ogg Opus stream \(--help/],
    [['show.opus'], /^name one http\(s\):\/\/ address of an Ogg Opus stream \(--help/],
    [['http://127.0.0.1:1/x', '--show-hours', '25'], /^--show-hours 25 is not between 0 and 24 \(--help/],
    [['http://127.0.0.1:1/x', '--nonsense'], /^Unknown option '--nonsense'/]
  ] as const) {
    it(`does not take ${args.length === 0 ? 'no address' : args.join(' ')}`, async () => {
      const relay = new Relay(...args)
      expect(await relay.exit).to.equal(2)
      expect(relay.stderr.trim()).to.match(message).and.not.include('\n')
    })
  }
})
