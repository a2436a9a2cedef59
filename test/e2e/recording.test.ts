import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../setup/tools.js'
import { endAll, SHOW, startBroadcast, startTracker, stop, treecast, type Treecast } from './processes.js'
import { expectGood, expectSurvived, isPieceOf, verify } from './recordings.js'

/** The show takes a minute; this much faster, a few seconds. */
const SPEED = '8'

/** Packets that the origin has made when the second and the third listener join. */
const LATER = [100, 250]

describe('recordings', function () {
  this.timeout(90_000)
  let folder: string
  const at = (name: string): string => join(folder, name)

  before(async function () {
    needs(this, 'ffmpeg', 'opusinfo')
    folder = await mkdtemp(join(tmpdir(), 'treecast-recording-'))
  })

  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  it('of an origin and of listeners that joined at different times play, verify, and are one show', async () => {
    const { tracker, url } = await startTracker()
    const { origin, link } = await startBroadcast(url, SHOW, '--speed', SPEED, '--record', at('origin.opus'))
    const listeners: Treecast[] = []
    const join = (i: number): void => {
      listeners.push(treecast('listen', link, '--record', at(`listener${i}.opus`)))
    }
    join(0)
    for (const [i, packets] of LATER.entries()) {
      await origin.event('stats', (event) => (event.packets as number) >= packets)
      join(i + 1)
    }
    for (const process of [origin, ...listeners]) expect(await process.exit, process.stderr).to.equal(0)
    await stop(tracker)

    const whole = await expectGood(at('origin.opus'), link)
    expect(whole.event).to.include({ whole: true, frames: origin.last('ended')!.frames })
    for (const i of [0, 1, 2]) {
      const { content, event } = await expectGood(at(`listener${i}.opus`), link)
      expect(isPieceOf(content, whole.content)).to.equal(true)
      if (i > 0) expect(event.from).to.be.above(5)
      expect(event.gaps).to.deep.equal([])
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).to.deep.equal([])

    // One frame of it changed, by somebody who knows Ogg only so far as to hit it.
    const audio = await readFile(at('origin.opus'))
    audio[Math.floor(audio.length / 2)]! ^= 1
    await writeFile(at('changed.opus'), audio)
    const changed = await verify(at('changed.opus'), '--proof', at('origin.opus.proof'))
    expect(changed.code).to.equal(1)
    expect(changed.event.event).to.equal('tampered')
    expect(changed.event.atSeconds).to.be.within(20, 42)
    expect(changed.event.at).to.match(/^0:[234]\d\.\d$/)
    expect(changed.stderr).to.include(`at ${changed.event.at as string}`)

    const excerpt = treecast(
      'excerpt',
      at('origin.opus'),
      '--from',
      '0:20',
      '--to',
      '35.5',
      '--out',
      at('piece.opus')
    )
    expect(await excerpt.exit, excerpt.stderr).to.equal(0)
    const piece = await expectGood(at('piece.opus'), link)
    expect(isPieceOf(piece.content, whole.content)).to.equal(true)
    expect(piece.event.seconds).to.be.closeTo(15.5, 0.2)
  })

  it('are good to their last second where the origin is killed', async () => {
    const { tracker, url } = await startTracker()
    for (const [i, stats] of [1, 2].entries()) {
      const file = at(`killed${i}.opus`)
      const { origin, link } = await startBroadcast(url, SHOW, '--record', file)
      const { frames } = await origin.event('stats', () => origin.events.filter(isStats).length >= stats)
      origin.child.kill('SIGKILL')
      expect(await origin.exit).to.equal('SIGKILL')
      await expectSurvived(file, link, (frames as number) * 0.02)
    }
    await stop(tracker)
  })

  it('say what was asked wrongly, and write over nothing', async () => {
    await writeFile(at('there.opus'), 'something')
    const again = treecast('broadcast', SHOW, '--tracker', 'ws://127.0.0.1:1', '--record', at('there.opus'))
    expect(await again.exit).to.equal(2)
    expect(again.stderr).to.match(/there\.opus is there already; record to another file, or remove it\n$/)
    expect(await readFile(at('there.opus'), 'utf8')).to.equal('something')

    const cases: [string[], number, RegExp][] = [
      [['verify', at('none.opus')], 1, /none\.opus cannot be read: there is no such file; check the path\n$/],
      [['verify', SHOW], 1, /show\.opus\.proof cannot be read: there is no such file; .*--proof\n$/],
      [
        ['verify', SHOW, '--proof', SHOW],
        1,
        /is no proof of treecast; give the file that was written beside/
      ],
      [['verify', SHOW, '--publisher', 'me'], 2, /"me" is no publisher's key; give its 52 letters and digits/]
    ]
    for (const [args, code, message] of cases) {
      const process = treecast(...args)
      expect(await process.exit, args.join(' ')).to.equal(code)
      expect(process.stderr).to.match(message)
      expect(process.events).to.have.length(1)
    }
    // No tracker, no show: nothing is left of it.
    const none = treecast('broadcast', SHOW, '--tracker', 'ws://127.0.0.1:1', '--record', at('never.opus'))
    expect(await none.exit).to.equal(1)
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).to.deep.equal([])
  })
})

function isStats({ event }: { readonly event: string }): boolean {
  return event === 'stats'
}
