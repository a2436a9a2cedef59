import { expect } from 'chai'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { framesOf, read, stream, streamsOf } from '../audio/made.js'
import {
  endAll,
  SHOW,
  startBroadcast,
  startTracker,
  stop,
  treecast,
  type Treecast
} from '../e2e/processes.js'
import { expectGood, expectSurvived, isPieceOf } from '../e2e/recordings.js'
import { needs, run } from '../setup/tools.js'

/** How many times faster than the audio the source is sent, and nothing else is: an hour in two minutes. */
const SPEED = 30

/** How often the origin is killed. */
const KILLS = 50

/** Both headers of a file, with the show's tags. */
const HEADERS_BYTES = 1000

describe('recordings, for long', function () {
  this.timeout(900_000)
  let folder: string
  const at = (name: string): string => join(folder, name)

  before(async function () {
    needs(this, 'ffmpeg', 'opusinfo')
    folder = await mkdtemp(join(tmpdir(), 'treecast-recordings-'))
  })

  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  it('an hour, by its origin and three listeners that joined at different times', async () => {
    const source = await makeHour()
    const { tracker, url } = await startTracker()
    const { origin, link } = await startBroadcast(
      url,
      source,
      '--speed',
      String(SPEED),
      '--record',
      at('origin.opus')
    )
    const listeners: Treecast[] = []
    for (const [i, packets] of [0, 10_000, 25_000].entries()) {
      await origin.event('stats', (event) => (event.packets as number) >= packets)
      listeners.push(treecast('listen', link, '--record', at(`listener${i}.opus`)))
    }
    for (const process of [origin, ...listeners]) expect(await process.exit, process.stderr).to.equal(0)
    await stop(tracker)

    const whole = await expectGood(at('origin.opus'), link)
    expect(whole.event).to.include({ whole: true, seconds: 3600, frames: 180_000 })
    const share = (await stat(at('origin.opus.proof'))).size / (await stat(at('origin.opus'))).size
    console.log(`      the proof is ${(100 * share).toFixed(2)} % of the audio`)
    expect(share).to.be.at.most(0.08)
    for (const [i, listener] of listeners.entries()) {
      const { content, event } = await expectGood(at(`listener${i}.opus`), link)
      console.log(`      listener ${i}: from ${String(event.from)} s, ${String(event.frames)} frames`)
      expect(event.gaps).to.have.length(listener.last('ended')!.gaps === 0 ? 0 : 1)
      expect(isPieceOf(content, whole.content)).to.equal(true)
    }
  })

  it(`the origin, killed ${KILLS} times`, async () => {
    const { tracker, url } = await startTracker()
    let lost = 0
    for (let i = 0; i < KILLS; i++) {
      const file = at(`killed${i}.opus`)
      const { origin, link } = await startBroadcast(url, SHOW, '--record', file)
      const began = performance.now()
      await sleep(Math.random() * 4000)
      // What was sent by now, but for what is in the packet that is being filled.
      const sent = (performance.now() - began) / 1000
      origin.child.kill('SIGKILL')
      await origin.exit
      if ((await stat(file)).size < HEADERS_BYTES) {
        // No page of audio was full yet: there is nothing to play.
        expect(sent).to.be.at.most(1)
        continue
      }
      const { seconds } = await expectSurvived(file, link, sent)
      lost = Math.max(lost, sent - (seconds as number))
    }
    console.log(`      at most ${lost.toFixed(2)} s were lost`)
    await stop(tracker)
  })

  /** A minute that ffmpeg encodes, sixty times. */
  async function makeHour(): Promise<string> {
    const minute = at('minute.opus')
    const encode = ['-c:a', 'libopus', '-b:a', '64k', '-application', 'voip', '-t', '60']
    run('ffmpeg', '-v', 'error', '-i', SHOW, ...encode, minute)
    const items = read([await readFile(minute)]).items
    const frames = framesOf(items)
      .slice(0, 3000)
      .map((frame) => ({ ...frame, endTrim: 0 }))
    const hour = Array.from({ length: 60 }, () => frames).flat()
    await writeFile(at('hour.opus'), stream(hour, { format: streamsOf(items)[0]!.format }))
    return at('hour.opus')
  }
})
