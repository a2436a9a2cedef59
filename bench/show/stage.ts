/** A tracker and an origin in this process, and workers beside it. All on loopback. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type Broadcast, broadcast, startTracker, type TrackerServer } from 'treecast/node'
import type { SourceItem } from 'treecast/node'

/** 20 ms of Opus at 64 kbit/s: what five of make a packet of about 900 B. */
const FRAME_BYTES = 160

export interface Stage {
  readonly tracker: TrackerServer
  readonly show: Broadcast
}

/** A show of made-up frames, 50 a second times `speed`, until it is closed. */
export async function openStage(speed: number, maxChildren: number): Promise<Stage> {
  const tracker = await startTracker({ host: '127.0.0.1', port: 0 })
  const source = endless()
  const show = await broadcast({ source, trackers: [tracker.url], maxChildren, speed })
  return { tracker, show }
}

export async function closeStage({ tracker, show }: Stage): Promise<void> {
  await show.close()
  await tracker.close()
}

async function* endless(): AsyncGenerator<SourceItem, undefined> {
  yield { type: 'stream', format: { channels: 1, preSkip: 312, outputGain: 0 }, tags: [] }
  for (let i = 0; ; i++) {
    // A macrotask now and then: at this speed the pacer seldom waits, and timers want their turn.
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    const data = new Uint8Array(FRAME_BYTES).fill(i & 0xff)
    data[0] = 0x08 // SILK, 20 ms, one frame
    yield { type: 'frame', frame: { data, samples: 960, endTrim: 0 } }
  }
}

/** A worker process that answers each request with one message. */
export class Worker {
  private readonly child: ChildProcess

  constructor(file: string, ...args: string[]) {
    const path = new URL(file, import.meta.url)
    this.child = fork(path, args, { execArgv: ['--import', 'tsx', '--expose-gc'] })
  }

  async ask<Answer>(request: object): Promise<Answer> {
    this.child.send(request)
    const [answer] = (await once(this.child, 'message')) as [Answer]
    return answer
  }

  async end(): Promise<void> {
    const exit = once(this.child, 'exit')
    this.child.disconnect()
    await exit
  }
}

/** What a worker does with each request. It ends when its parent lets go of it. */
export function serve(answer: (request: unknown) => Promise<object>): void {
  process.on('message', (request) => {
    void answer(request).then((result) => process.send?.(result))
  })
  process.on('disconnect', () => process.exit(0))
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
