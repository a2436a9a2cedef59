/**
 * What it costs a relay to pass a packet on, side by side for each carrier: CPU of the relay's process alone, user
 * and system, per message sent, receiving included. The far ends live in another process.
 *
 *     node --import tsx bench/transport/relay.ts [carrier]
 *
 * One carrier alone is for profiling: `node --cpu-prof --import tsx bench/transport/relay.ts "libp2p tcp"`.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'

import { CARRIERS, type Carrier, type Pipe } from './carriers.js'
import type { Job, Report } from './far-ends.js'

/** A relay's upload to eight children; what a listener at home could carry of a 64 kbit/s show. */
const FAN_OUT = 8

/** 100 ms of Opus at 64 kbit/s, its signature and its header. */
const PACKET_BYTES = 900

/** The hop count that a relay changes travels in the head; the rest is passed on as it came. */
const HEAD_BYTES = 4

const WARM_UP = 3_000
const PACKETS = 4_000

/** Rounds through all carriers in turn. What the rest of the machine does, and where the kernel wakes the far ends,
 * moves a single figure by a factor of two; the median of some stays. */
const ROUNDS = 5

/** One packet at a time is live audio; sixteen are a backfill, or a relay under load. */
const BURSTS = [1, 16]

async function measure(carrier: Carrier, burst: number): Promise<number> {
  const relay = await carrier.relay()
  const pipes: Pipe[] = []
  relay.onPipe = (pipe) => {
    pipes.push(pipe)
    if (pipes.length > 1) return
    // The first to come is the source.
    pipe.onMessage = (message) => {
      const body = carrier.name === 'ws' ? message : message.subarray(HEAD_BYTES)
      for (let index = 1; index < pipes.length; index++) {
        const head = carrier.name === 'ws' ? new Uint8Array(0) : message.slice(0, HEAD_BYTES)
        pipes[index]!.send(head, body)
      }
    }
  }
  const far = fork(new URL('far-ends.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  const job: Job = {
    carrier: carrier.name,
    at: relay.at,
    fanOut: FAN_OUT,
    bytes: PACKET_BYTES,
    burst,
    warmUp: WARM_UP,
    packets: PACKETS
  }
  far.send(job)
  await reported(far, 'warm')
  const before = process.cpuUsage()
  await reported(far, 'done')
  const { user, system } = process.cpuUsage(before)
  await once(far, 'exit')
  await relay.close()
  return (user + system) / (PACKETS * FAN_OUT)
}

async function reported(far: ReturnType<typeof fork>, what: Report): Promise<void> {
  const [message] = (await once(far, 'message')) as [Report]
  if (message !== what) throw new Error(`the far ends said ${message} instead of ${what}`)
}

const only = process.argv[2]
const carriers = only === undefined ? CARRIERS : CARRIERS.filter(({ name }) => name === only)
console.log(`CPU of the relay per message of ${PACKET_BYTES} B sent, fan-out ${FAN_OUT}, receiving included`)
console.log(`median (least to most) of ${ROUNDS} rounds`)
for (const burst of BURSTS) {
  const costs = new Map(carriers.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const carrier of carriers) costs.get(carrier.name)!.push(await measure(carrier, burst))
  }
  const yardstick = median(costs.get(carriers[0]!.name)!)
  for (const [name, values] of costs) {
    const range = `(${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`
    const cost = `${median(values).toFixed(1).padStart(5)} µs ${range.padEnd(16)}`
    console.log(
      `${name.padEnd(12)} ${burst} at a time ${cost} ${(median(values) / yardstick).toFixed(1)} × ${carriers[0]!.name}`
    )
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
