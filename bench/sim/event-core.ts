/** The bare event queue: a show flows down a tree of four children each, and nobody does anything with it. */

import { EventQueue } from '../../src/sim/event-queue.js'

const CHILDREN = 4
const PACKET_MS = 100
/** Longest way from parent to child, ms. */
const MOST_MS = 200

export interface CoreRate {
  readonly peers: number
  readonly events: number
  readonly perSecond: number
}

/** @param packets of the show, each of which reaches every peer once */
export function measureEventCore(peers: number, packets: number): CoreRate {
  const queue = new EventQueue()
  const delays = Uint8Array.from(
    { length: peers },
    (_, peer) => 1 + ((Math.imul(peer, 0x9e3779b1) >>> 24) % MOST_MS)
  )
  const publish = 1
  const pass = (peer: number, sequence: number): void => {
    const first = peer * CHILDREN + 1
    const last = Math.min(first + CHILDREN, peers)
    for (let child = first; child < last; child++)
      queue.plan(queue.now + delays[child]!, 0, child, sequence, undefined)
  }
  for (let q = 0; q < packets; q++) queue.plan(q * PACKET_MS, publish, 0, q, undefined)
  const begun = performance.now()
  queue.runTo(packets * PACKET_MS + 20 * MOST_MS, (_kind, peer, sequence) => pass(peer, sequence))
  const seconds = (performance.now() - begun) / 1000
  return { peers, events: queue.handled, perSecond: queue.handled / seconds }
}
