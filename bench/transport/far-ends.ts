/**
 * The other process of the relay benchmark: one source that sends packets to the relay, and the children that get
 * them back. The next packets leave when all children have the ones before, so that the relay is never flooded
 * and every message is counted.
 */

import { CARRIERS, type Pipe } from './carriers.js'

export interface Job {
  readonly carrier: string
  readonly at: { readonly address: string; readonly id: string }
  readonly fanOut: number
  readonly bytes: number
  /** Packets that are on their way at once. */
  readonly burst: number
  readonly warmUp: number
  readonly packets: number
}

export type Report = 'warm' | 'done'

process.once('message', (job: Job) => void run(job))

async function run(job: Job): Promise<void> {
  const carrier = CARRIERS.find(({ name }) => name === job.carrier)!
  const source = await carrier.dial(job.at, 0)
  const children = []
  for (let index = 1; index <= job.fanOut; index++) children.push(await carrier.dial(job.at, index))
  const pipes = children.map(({ pipe }) => pipe)
  await stream(job, job.warmUp, source.pipe, pipes)
  report('warm')
  await stream(job, job.packets, source.pipe, pipes)
  report('done')
  await Promise.all([source, ...children].map((end) => end.close()))
  process.disconnect()
}

function stream(job: Job, packets: number, source: Pipe, children: readonly Pipe[]): Promise<void> {
  return new Promise((resolve) => {
    const head = new Uint8Array(0)
    const packet = new Uint8Array(job.bytes).fill(7)
    let sent = 0
    let due = 0
    const sendBurst = (): void => {
      if (sent >= packets) {
        resolve()
        return
      }
      for (let index = 0; index < job.burst; index++) source.send(head, packet)
      sent += job.burst
      due = job.burst * children.length
    }
    for (const child of children) {
      child.onMessage = (message) => {
        if (message.byteLength !== job.bytes) throw new Error(`a packet of ${message.byteLength} bytes`)
        if (--due === 0) sendBurst()
      }
    }
    sendBurst()
  })
}

function report(what: Report): void {
  process.send!(what)
}
