import { expect } from 'chai'
import { type Clock, pace, type PaceOptions } from '../../src/audio/pacer.js'
import type { Source, SourceItem } from '../../src/audio/source.js'
import { TreecastError } from '../../src/protocol/errors.js'
import { frame, STEREO } from './made.js'

/** Time that passes only where somebody sleeps, each time `overshoot` longer than asked for. */
class FakeClock implements Clock {
  time = 1000
  sleeps = 0
  readonly #overshoot: number

  constructor(overshoot = 0) {
    this.#overshoot = overshoot
  }

  now(): number {
    return this.time
  }

  sleep(ms: number): Promise<void> {
    this.sleeps++
    this.time += ms + this.#overshoot
    return Promise.resolve()
  }
}

const FRAME: SourceItem = { type: 'frame', frame: frame(0) }

/** Frames that are there at these times, counted from the clock's beginning. */
async function* arriving(clock: FakeClock, times: Iterable<number>): AsyncGenerator<SourceItem> {
  const origin = clock.time
  yield { type: 'stream', format: STEREO, tags: [] }
  for (const time of times) {
    clock.time = Math.max(clock.time, origin + time)
    yield await Promise.resolve(FRAME)
  }
}

function* times(count: number, every: number, from = 0): Generator<number> {
  for (let index = 0; index < count; index++) yield from + index * every
}

/** When each frame was released. */
async function released(
  clock: FakeClock,
  source: Source,
  options: PaceOptions = {},
  consume: (index: number) => void = () => undefined
): Promise<number[]> {
  const origin = clock.time
  const at: number[] = []
  for await (const item of pace(source, { clock, ...options })) {
    if (item.type !== 'frame') continue
    at.push(clock.time - origin)
    consume(at.length - 1)
  }
  return at
}

describe('the pacer', () => {
  it('releases a file at the pace of its audio', async () => {
    const clock = new FakeClock()
    expect(await released(clock, arriving(clock, times(5, 0)))).to.deep.equal([0, 20, 40, 60, 80])
  })

  it('does not drift in half an hour of timers that are late', async () => {
    const clock = new FakeClock(1.3)
    const at = await released(clock, arriving(clock, times(90_000, 0)))
    expect(at.at(-1)).to.be.closeTo(89_999 * 20, 1.31)
  })

  it('plays faster for a rehearsal, and at once at infinite speed', async () => {
    const clock = new FakeClock()
    expect(await released(clock, arriving(clock, times(5, 0)), { speed: 4 })).to.deep.equal([
      0, 5, 10, 15, 20
    ])
    expect(await released(clock, arriving(clock, times(3, 0)), { speed: Infinity })).to.deep.equal([0, 0, 0])
  })

  it('refuses a speed that is none', () => {
    for (const speed of [0, -1, Number.NaN]) {
      expect(() => pace(arriving(new FakeClock(), []), { speed }))
        .to.throw(TreecastError)
        .with.property('code', 'bad-option')
    }
  })

  it('catches up after a hiccup of ours, without keeping it as latency', async () => {
    for (const live of [false, true]) {
      const clock = new FakeClock()
      const at = await released(clock, arriving(clock, times(6, 0)), { live }, (index) => {
        if (index === 1) clock.time += 50
      })
      expect(at).to.deep.equal([0, 20, 70, 70, 80, 100])
    }
  })

  it('goes on from now after a sleep of the machine', async () => {
    const clock = new FakeClock()
    const at = await released(clock, arriving(clock, times(5, 0)), {}, (index) => {
      if (index === 1) clock.time += 600_000
    })
    expect(at).to.deep.equal([0, 20, 600_020, 600_040, 600_060])
  })

  it('spreads the burst with which a live source begins', async () => {
    const clock = new FakeClock()
    const burst = [...times(100, 0), ...times(50, 20)]
    expect(await released(clock, arriving(clock, burst), { live: true })).to.deep.equal([...times(150, 20)])
  })

  it('adds no latency to the frames of a live source that come late', async () => {
    const clock = new FakeClock()
    const late = [0, 20, 45, 60, 80, 130, 140]
    expect(await released(clock, arriving(clock, late), { live: true })).to.deep.equal([
      0, 20, 45, 65, 85, 130, 150
    ])
  })

  it('follows a live source whose clock is slower than ours', async () => {
    const clock = new FakeClock()
    const slow = [...times(5000, 20.002)]
    const at = await released(clock, arriving(clock, slow), { live: true })
    expect(Math.max(...at.map((time, index) => time - slow[index]!))).to.be.below(1e-6)
  })

  it('asks for one item at a time', async () => {
    const clock = new FakeClock()
    let given = 0
    async function* counted(): AsyncGenerator<SourceItem> {
      for await (const item of arriving(clock, times(100, 0))) {
        given++
        yield item
      }
    }
    const items = pace(counted(), { clock })[Symbol.asyncIterator]()
    for (let index = 0; index < 10; index++) await items.next()
    expect(given).to.equal(10)
  })

  it('hands an early return on to the source, even while it waits for it', async () => {
    let returned = false
    const silent: Source = {
      [Symbol.asyncIterator]() {
        let end: (result: IteratorResult<SourceItem>) => void
        return {
          next: () => new Promise((resolve) => (end = resolve)),
          return: () => {
            returned = true
            const done = { done: true, value: undefined } as const
            end(done)
            return Promise.resolve(done)
          }
        }
      }
    }
    const items = pace(silent)[Symbol.asyncIterator]()
    const waiting = items.next()
    await items.return?.()
    expect(await waiting).to.deep.equal({ done: true, value: undefined })
    expect(returned).to.equal(true)
  })

  it('ends at the signal, in the middle of a wait', async () => {
    const stop = new AbortController()
    const clock = new FakeClock()
    clock.sleep = () => {
      stop.abort()
      return Promise.resolve()
    }
    expect(await released(clock, arriving(clock, times(5, 0)), { signal: stop.signal })).to.deep.equal([0])
  })

  it('waits with the system’s timers by default, and wakes at the signal', async () => {
    const stop = new AbortController()
    const source = arriving(new FakeClock(), times(3, 0))
    const items = pace(source, { speed: 1e-6, signal: stop.signal })[Symbol.asyncIterator]()
    await items.next()
    await items.next()
    const waiting = items.next()
    stop.abort()
    expect((await waiting).done).to.equal(true)
  })
})
