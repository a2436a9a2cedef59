/** treecast as a program uses it: `listen()` and `broadcast()` of the built package. A message is one Opus packet. */

import { broadcast, listen, type SourceItem, startTracker } from 'treecast/node'
import { type Member, type Rival, type Stage } from './rival.js'

const SAMPLE_RATE = 48_000
/** SILK, 20 ms a frame: one of them, or as many as the next byte says. */
const ONE_FRAME = 0x08
const SEVERAL_FRAMES = 0x0b
const FRAMES_PER_SECOND = 50

const rival: Rival = {
  async start(role, stage, _setting, onMessage) {
    if (role === 'introducer') return introducer()
    return role === 'origin' ? origin(stage) : peer(stage, onMessage)
  }
}
export default rival

async function introducer(): Promise<Member> {
  const tracker = await startTracker({ host: '127.0.0.1', port: 0 })
  return { contact: tracker.url, received: () => 0, publish: () => undefined }
}

async function origin({ introducer, rate }: Stage): Promise<Member> {
  const messages = new Feed(rate)
  const show = await broadcast({
    source: messages,
    trackers: [introducer],
    packetMs: 1000 / rate,
    // The source keeps the time.
    speed: Infinity
  })
  return { contact: show.link, received: () => 0, publish: (message) => messages.push(message) }
}

async function peer({ origin: link }: Stage, onMessage: (message: Uint8Array) => void): Promise<Member> {
  const listener = await listen(link)
  void (async () => {
    for await (const { data } of listener.frames()) onMessage(data)
  })()
  return {
    contact: link,
    received() {
      const { received, duplicates } = listener.stats()
      return received + duplicates
    },
    publish: () => undefined
  }
}

/** A source of Opus packets that come when they are made. */
class Feed implements AsyncIterable<SourceItem> {
  private readonly rate: number
  private readonly waiting: SourceItem[] = []
  private wake: () => void = () => undefined

  constructor(rate: number) {
    this.rate = rate
  }

  push(message: Uint8Array): void {
    const frames = FRAMES_PER_SECOND / this.rate
    message[0] = frames === 1 ? ONE_FRAME : SEVERAL_FRAMES
    if (frames > 1) message[1] = frames
    const frame = { data: message, samples: SAMPLE_RATE / this.rate, endTrim: 0 }
    this.waiting.push({ type: 'frame', frame })
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, undefined> {
    yield { type: 'stream', format: { channels: 1, preSkip: 312, outputGain: 0 }, tags: [] }
    for (;;) {
      const item = this.waiting.shift()
      if (item === undefined) await new Promise<void>((resolve) => (this.wake = resolve))
      else yield item
    }
  }
}
