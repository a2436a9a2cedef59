import { expect } from 'chai'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { framesOf, read, stream, streamsOf } from '../audio/made.js'
import { needs, run } from '../setup/tools.js'
import { readOpus } from '../e2e/opus-files.js'
import {
  endAll,
  SHOW,
  startBroadcast,
  startTracker,
  stop,
  treecast,
  type Treecast
} from '../e2e/processes.js'

/** How many times faster than the audio the source is sent, and nothing else is: half an hour in a minute. */
const SPEED = 30

/** How the last third's median may stand above the second third's peak. A heap breathes, and its size follows its
 * collector's mood: against a median that alone was seen to make 1.16. */
const MAX_GROWTH = 1.1

describe('half an hour of speech at 64 kbit/s', function () {
  this.timeout(300_000)
  let folder: string

  before(async function () {
    needs(this, 'ffmpeg', 'ffprobe', 'opusinfo')
    folder = await mkdtemp(join(tmpdir(), 'treecast-half-hour-'))
  })

  after(async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it('arrives whole, neither longer nor shorter, in flat memory', async () => {
    const source = await makeSource(folder)
    const { tracker, url } = await startTracker()
    const { origin, link } = await startBroadcast(
      url,
      source,
      '--max-children',
      '1',
      '--speed',
      String(SPEED)
    )
    const out = (name: string): string => join(folder, `${name}.opus`)
    const near = treecast('listen', link, '--out', out('near'))
    const far = treecast('listen', link, '--out', out('far'))
    const memory = new Map([origin, near, far].map((process) => [process, watchMemory(process)]))

    const { frames, copies } = await origin.event('ended')
    for (const process of [origin, near, far]) expect(await process.exit, process.stderr).to.equal(0)
    await stop(tracker)

    const given = await readOpus(source)
    expect(frames).to.equal(given.frames.length)
    expect(copies).to.be.at.most(1.05)
    for (const [name, listener] of [
      ['near', near],
      ['far', far]
    ] as const) {
      expect(listener.last('ended')).to.include({ gaps: 0, complete: true })
      const heard = await readOpus(out(name))
      expect(heard.frames).to.deep.equal(given.frames.slice(-heard.frames.length))
      expect(heard.samples).to.equal(heard.frames.length * 960)
      expect(run('opusinfo', out(name))).not.to.match(/WARNING/)
    }
    for (const [process, samples] of memory) {
      const growth = (await samples).growth
      console.log(`      ${process.child.spawnargs[2]}: ${(await samples).text}`)
      expect(growth).to.be.at.most(MAX_GROWTH)
    }
  })
})

/** A minute that ffmpeg encodes, thirty times: that takes a moment, half an hour of encoding a quarter of a minute. */
async function makeSource(folder: string): Promise<string> {
  const minute = join(folder, 'minute.opus')
  const encode = ['-c:a', 'libopus', '-b:a', '64k', '-application', 'voip', '-t', '60']
  run('ffmpeg', '-v', 'error', '-i', SHOW, ...encode, minute)
  const items = read([await readFile(minute)]).items
  const frames = framesOf(items).map((frame) => ({ ...frame, endTrim: 0 }))
  const source = join(folder, 'source.opus')
  const repeated = Array.from({ length: 30 }, () => frames).flat()
  await writeFile(source, stream(repeated, { format: streamsOf(items)[0]!.format }))
  return source
}

/** Reads a process's memory at each of its statistics. Where the system does not tell, there is nothing to judge. */
async function watchMemory(process: Treecast): Promise<{ growth: number; text: string }> {
  const samples: number[] = []
  let seen = 0
  for (;;) {
    await Promise.race([
      process.event('stats', (event) => process.events.indexOf(event) >= seen),
      process.exit
    ]).catch(() => undefined)
    const status = await readFile(`/proc/${process.child.pid}/status`, 'utf8').catch(() => '')
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
    if (kilobytes === undefined) break
    samples.push(Number(kilobytes) / 1024)
    seen = process.events.length
  }
  if (samples.length === 0) return { growth: 0, text: 'memory is not told by this system' }
  const third = Math.floor(samples.length / 3)
  const before = samples.slice(third, 2 * third)
  const after = samples.slice(-third)
  const text = `${median(before).toFixed(0)} MB in the second third, ${median(after).toFixed(0)} MB in the last`
  return { growth: median(after) / Math.max(...before), text }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
