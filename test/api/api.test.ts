import { expect } from 'chai'
import { broadcast, type BroadcastOptions } from '../../src/api/node-broadcast.js'
import { Emitter } from '../../src/api/emitter.js'
import { FrameQueue } from '../../src/api/frame-queue.js'
import { listen } from '../../src/api/node-listen.js'
import type { SourceItem, Tag } from '../../src/audio/source.js'
import type { TreecastError } from '../../src/protocol/errors.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'

/** A source of so many 20 ms frames. */
async function* made(frames: number, tags: readonly Tag[] = []): AsyncGenerator<SourceItem> {
  await Promise.resolve()
  yield { type: 'stream', format: { channels: 1, preSkip: 312, outputGain: 0 }, tags }
  for (let i = 0; i < frames; i++) {
    yield { type: 'frame', frame: { data: Uint8Array.of(0x08, i & 0xff), samples: 960, endTrim: 0 } }
  }
}

async function failure(attempt: Promise<unknown>): Promise<TreecastError> {
  try {
    await attempt
  } catch (error) {
    return error as TreecastError
  }
  throw new Error('it did not fail')
}

describe('broadcast() and listen()', function () {
  this.timeout(30_000)
  let tracker: TrackerServer
  let options: BroadcastOptions

  before(async () => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    options = { source: made(100), trackers: [tracker.url] }
  })

  after(() => tracker.close())

  it('carry metadata, however long the tags of the source are', async () => {
    const long = Array.from({ length: 16 }, (_, i) => ({ name: `TAG${i}`, value: 'x'.repeat(500) }))
    const tags = [{ name: 'TITLE', value: 'Night' }, ...long]
    const show = await broadcast({ ...options, source: made(150, tags) })
    const listener = await listen(show.link)
    const heard = new Promise<ReadonlyMap<string, string>>((resolve) => listener.on('metadata', resolve))
    expect((await heard).get('title')).to.equal('Night')
    expect(await show.ended).to.include({ frames: 150 })
    expect(await listener.ended).to.include({ complete: true, gaps: 0 })
  })

  it('give up when aborted, with the reason', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const silent = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<SourceItem>>(() => undefined) })
    }
    const attempt = failure(broadcast({ ...options, source: silent, signal: stop.signal }))
    const waiting = failure(
      listen(`treecast:${'a'.repeat(52)}/x?tr=${tracker.url}`, { signal: stop.signal, waitMs: Infinity })
    )
    stop.abort(reason)
    expect(await attempt).to.equal(reason)
    expect(await waiting).to.equal(reason)
  })

  it('check their options at once', async () => {
    const wrong: Partial<BroadcastOptions>[] = [{ stripes: 2.5 }, { speed: 0 }, { port: -1 }, { packetMs: 5 }]
    for (const bad of wrong) {
      const { code, message } = await failure(broadcast({ ...options, ...bad }))
      expect(code, message).to.equal('bad-option')
      expect(message).to.include(Object.keys(bad)[0])
    }
    expect((await failure(listen('treecast:x'))).code).to.equal('bad-link')
  })
})

describe('an event', () => {
  class Bell extends Emitter<{ ring: number }> {
    ring(): void {
      this.emit('ring', 1)
    }
  }

  it('reaches every listener, though one of them throws', async () => {
    const bell = new Bell()
    const failures: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const caught = new Promise<void>((resolve) => {
      process.once('uncaughtException', (error) => {
        failures.push(error)
        resolve()
      })
    })
    let rung = 0
    bell.on('ring', () => {
      throw new Error('deaf')
    })
    const off = bell.on('ring', (times) => (rung += times))
    bell.ring()
    expect(rung).to.equal(1)
    await caught
    for (const other of others) process.on('uncaughtException', other)
    expect(String(failures[0])).to.include('deaf')
    off()
  })
})

describe('frames that nobody reads', () => {
  it('are kept for five seconds, and what was dropped is told', async () => {
    const queue = new FrameQueue()
    const format = { channels: 1, preSkip: 0, outputGain: 0 } as const
    for (let i = 0; i < 1000; i++) {
      const frame = { data: Uint8Array.of(8, i & 0xff), samples: 960, endTrim: 0 }
      queue.push({ ...frame, mediaTime: i * 960, format, begins: i === 0 ? 'start' : 'no', lostBefore: 0 })
    }
    queue.end()
    const frames = []
    for await (const frame of queue.read()) frames.push(frame)
    expect(frames).to.have.length(250)
    expect(frames[0]).to.include({ mediaTime: 750 * 960, lostBefore: 750 * 960, begins: 'middle' })
  })
})
