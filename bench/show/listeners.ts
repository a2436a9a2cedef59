/** A worker that holds listeners, and tells of its CPU and memory. */

import { listen, type Listener } from 'treecast/node'
import { serve } from './stage.js'

export interface Add {
  readonly type: 'add'
  readonly link: string
  readonly count: number
  readonly maxChildren: number
}

export interface Measure {
  readonly type: 'measure'
}

export interface Added {
  /** From the call of `listen()` to the first frame, ms each. */
  readonly startupMs: number[]
}

export interface Measured {
  /** CPU of this process so far, µs. */
  readonly cpu: number
  /** Resident memory after a collection, bytes. */
  readonly memory: number
  /** Packets that its peers have sent on. */
  readonly sent: number
}

const listeners: Listener[] = []

serve(async (message) => {
  const request = message as Add | Measure
  if (request.type === 'measure') return measure()
  const startupMs: number[] = []
  for (let i = 0; i < request.count; i++) {
    const listener = await listen(request.link, { maxChildren: request.maxChildren, bufferMs: 5000 })
    listeners.push(listener)
    startupMs.push(
      await new Promise<number>((resolve) => listener.on('playing', (event) => resolve(event.startupMs)))
    )
    void drain(listener)
  }
  return { startupMs } satisfies Added
})

function measure(): Measured {
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const sent = listeners.reduce((sum, listener) => sum + listener.stats().sent, 0)
  return { cpu: user + system, memory: process.memoryUsage.rss(), sent }
}

/** Reads as a player would, so that no frames pile up. */
async function drain(listener: Listener): Promise<void> {
  const frames = listener.frames()
  while ((await frames.next()).done !== true);
}
