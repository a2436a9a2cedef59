/** A show's past over real links, all on loopback: many listeners in one process, so that it costs little. */

import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Broadcast } from '../../src/api/broadcast.js'
import type { Listener } from '../../src/api/listener.js'
import { broadcast } from '../../src/api/node-broadcast.js'
import { listen, type ListenOptions } from '../../src/api/node-listen.js'
import { verifyFile } from '../../src/api/node-verify.js'
import type { SourceItem } from '../../src/audio/source.js'
import { parseLink } from '../../src/protocol/wire/link.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'

/** A show of 48 seconds, in four. */
const FRAMES = 2_400
const SPEED = 12
const NEWCOMERS = 20

/** Every frame has its number inside. */
async function* numbered(frames: number, begin = Promise.resolve()): AsyncGenerator<SourceItem> {
  yield { type: 'stream', format: { channels: 1, preSkip: 312, outputGain: 0 }, tags: [] }
  await begin
  for (let i = 0; i < frames; i++) {
    const data = new Uint8Array(40)
    data[0] = 0x08
    new DataView(data.buffer).setUint32(1, i)
    yield { type: 'frame', frame: { data, samples: 960, endTrim: 0 } }
  }
}

function numberOf({ data }: { readonly data: Uint8Array }): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(1)
}

async function framesOf(listener: Listener): Promise<number[]> {
  const numbers: number[] = []
  for await (const frame of listener.frames()) numbers.push(numberOf(frame))
  return numbers
}

const from = (first: number, frames = FRAMES): number[] =>
  Array.from({ length: frames - first }, (_, i) => first + i)

/** Patient: twenty in one process, beside whatever else runs. */
const OPTIONS: ListenOptions = { bufferMs: 5_000, waitMs: 60_000, webrtc: false }

function event(
  peer: Pick<Listener, 'on'> | Pick<Broadcast, 'on'>,
  name: 'lending' | 'playing'
): Promise<void> {
  return new Promise((resolve) => (peer as Pick<Listener, 'on'>).on(name, () => resolve()))
}

/** Each has somebody for every stripe. */
async function fed(listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners)
    while (listener.stats().feeds.length === 0 || listener.stats().feeds.includes(null))
      await new Promise((resolve) => listener.on('stats', resolve))
}

describe('the past of a show, over real links', function () {
  this.timeout(60_000)
  let tracker: TrackerServer

  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-replay-'))
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
  })

  after(async () => {
    await tracker.close()
    await rm(folder, { recursive: true })
  })

  it(`is heard by ${NEWCOMERS} newcomers when the origin has gone, out of three who kept it`, async () => {
    let begin: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const show = await broadcast({
      source: numbered(FRAMES, begun),
      trackers: [tracker.url],
      speed: SPEED,
      webrtc: false
    })
    const keepers = await Promise.all(
      Array.from({ length: 3 }, () => listen(show.link, { ...OPTIONS, keepMb: 64 }))
    )
    const lending = keepers.map((keeper) => event(keeper, 'lending'))
    await fed(keepers)
    begin()
    await show.ended
    await Promise.all(lending)

    const record = join(folder, 'replayed.opus')
    const newcomers = await Promise.all(
      Array.from({ length: NEWCOMERS }, (_, i) =>
        listen(show.link, { ...OPTIONS, leaf: true, ...(i === 0 ? { record } : {}) })
      )
    )
    const startups: number[] = []
    for (const newcomer of newcomers) newcomer.on('playing', ({ startupMs }) => startups.push(startupMs))
    const heard = await Promise.all(newcomers.map((newcomer) => framesOf(newcomer)))
    for (const [i, newcomer] of newcomers.entries()) {
      expect(heard[i]).to.deep.equal(from(0))
      expect(await newcomer.ended).to.include({ complete: true, gaps: 0, frames: FRAMES })
      const { bytesFromOrigin, bytesFromPeers } = newcomer.stats()
      expect(bytesFromOrigin).to.equal(0)
      expect(bytesFromPeers).to.be.above(FRAMES * 40)
    }

    // Recorded out of peers it is what the origin would have recorded.
    const { publisher } = parseLink(show.link)
    expect(await verifyFile(record, { publisher })).to.include({
      verified: true,
      whole: true,
      frames: FRAMES
    })

    const seeker = await listen(show.link, { ...OPTIONS, leaf: true, pace: 'timed' })
    const frames = seeker.frames()
    expect(numberOf((await frames.next()).value!)).to.equal(0)
    const seekMs: number[] = []
    for (const second of [40, 12, 31]) {
      const begin = performance.now()
      seeker.seek(second)
      expect(numberOf((await frames.next()).value!)).to.equal(second * 50)
      seekMs.push(Math.round(performance.now() - begin))
    }
    expect(seeker.timeline()).to.include({ begin: 0, live: false, over: true })
    startups.sort((a, b) => a - b)
    process.stdout.write(
      `  first sound after listen(): ${startups[startups.length >> 1]} ms (p50), ${startups.at(-1)} ms (slowest of ${NEWCOMERS}); ` +
        `after seek(): ${seekMs.join(', ')} ms\n`
    )
    await Promise.all([...keepers, seeker].map((listener) => listener.close()))
  })

  it('is lent by an origin that keeps it, to who comes late and then is live', async () => {
    const show = await broadcast({
      source: numbered(Infinity),
      trackers: [tracker.url],
      keepMb: 1,
      webrtc: false
    })
    const early = await listen(show.link, OPTIONS)
    await event(early, 'playing')
    for await (const frame of early.frames()) if (numberOf(frame) >= 150) break
    const late = await listen(show.link, { ...OPTIONS, from: 0 })
    const heard: number[] = []
    for await (const frame of late.frames()) {
      heard.push(numberOf(frame))
      if (heard.length >= 200 && late.timeline()!.live) break
    }
    expect(heard).to.deep.equal(from(0, heard.length))
    late.seek(1)
    const again = late.frames()
    expect(numberOf((await again.next()).value!)).to.equal(50)
    await Promise.all([early.close(), late.close(), show.close()])
  })

  it('has options that are checked', async () => {
    for (const wrong of [{ keepMb: -1 }, { from: -1 }, { keepMb: NaN }]) {
      const error = await listen(`treecast:${'a'.repeat(52)}/x?tr=${tracker.url}`, wrong).catch(
        (e: unknown) => e
      )
      expect(error).to.include({ code: 'bad-option' })
    }
  })
})
