import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { needs, run } from '../setup/tools.js'
import { readOpus } from './opus-files.js'
import { endAll, SHOW, startBroadcast, startTracker, stop, Treecast } from './processes.js'

const FIXTURE = fileURLToPath(new URL('fixtures/listeners.js', import.meta.url))
const PROCESSES = 8
const LISTENERS_EACH = 5
/** What all forty hear together at least; packets of a tenth of a second. */
const TOGETHER = 50

describe('forty listeners in eight processes', function () {
  this.timeout(180_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-forty-'))
  })

  after(async () => {
    await endAll()
    await rm(folder, { recursive: true })
  })

  const files = (): string[] =>
    Array.from({ length: PROCESSES * LISTENERS_EACH }, (_, i) => {
      return join(folder, `${Math.floor(i / LISTENERS_EACH)}-${i % LISTENERS_EACH}.opus`)
    })

  it('each hears every frame from its first to the last, of at most 4.2 uploads', async () => {
    const { tracker, url } = await startTracker()
    const { origin, link } = await startBroadcast(url, SHOW, '--max-children', '4')
    const processes: Treecast[] = []
    for (let i = 0; i < PROCESSES; i++) {
      // One process after another: loading forty transports at once is a test of this machine, not of the tree.
      const listeners = new Treecast(process.execPath, [
        FIXTURE,
        link,
        String(LISTENERS_EACH),
        join(folder, String(i))
      ])
      processes.push(listeners)
      await Promise.all(
        Array.from({ length: LISTENERS_EACH }, (_, n) => listeners.event('playing', (e) => e.index === n))
      )
    }
    // The show is ended in good order once all have heard some of it together.
    const { packets } = origin.last('stats')!
    await origin.event('stats', (stats) => Number(stats.packets) >= Number(packets) + TOGETHER)
    expect(await stop(origin)).to.equal(0)
    const ended = await origin.event('ended')
    for (const listeners of processes) expect(await listeners.exit, listeners.stderr).to.equal(0)
    expect(await stop(tracker)).to.equal(0)

    expect(ended.copies).to.be.at.most(4.2)
    const summaries = processes.flatMap(({ events }) => events.filter(({ event }) => event === 'ended'))
    expect(summaries).to.have.length(PROCESSES * LISTENERS_EACH)
    for (const summary of summaries) expect(summary).to.include({ gaps: 0, complete: true })

    const given = (await readOpus(SHOW)).frames.slice(0, Number(ended.frames))
    expect(given.length).to.equal(ended.frames)
    const starts: number[] = []
    for (const file of files()) {
      const { frames } = await readOpus(file)
      expect(frames.length, file).to.be.above(0)
      expect(frames, file).to.deep.equal(given.slice(-frames.length))
      starts.push(given.length - frames.length)
    }
    const startups = processes
      .flatMap(({ events }) => events.filter(({ event }) => event === 'playing'))
      .map(({ startupMs }) => startupMs as number)
      .sort((a, b) => a - b)
    console.log(
      `      origin ${String(ended.copies)} copies; first frame given ${Math.min(...starts)}…${Math.max(...starts)}; ` +
        `start-up p50 ${startups[20]} ms, max ${startups.at(-1)} ms`
    )
  })

  it('the files are valid to opusinfo, oggz-validate and ffprobe', function () {
    needs(this, 'opusinfo', 'oggz-validate', 'ffprobe')
    for (const file of files()) {
      const info = run('opusinfo', file)
      expect(info, file).not.to.match(/WARNING/)
      run('oggz-validate', file)
      expect(run('ffprobe', '-v', 'warning', '-i', file), file).to.equal('')
    }
  })
})
