/** CPU that a relay spends on each packet it passes on: a whole treecast relay, which checks every signature, against
 * a bare `ws` server. Both serve eight, in turn, for some rounds. */

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Added, type Measured } from './listeners.js'
import { closeStage, median, openStage, Worker } from './stage.js'

const FAN_OUT = 8
const ROUNDS = 3
/** Times real time: 200 packets a second, so that the process itself is not what is measured. */
const SPEED = 20
const SECONDS = 8
const PACKET_BYTES = 930

/** CPU for each packet passed on, µs a round. */
export interface RelayCosts {
  readonly bare: readonly number[]
  readonly whole: readonly number[]
}

export async function measureRelays(): Promise<RelayCosts> {
  const bare: number[] = []
  const whole: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await bareWs())
    whole.push(await wholeRelay())
  }
  return { bare, whole }
}

/** How many times what a bare server spends. */
export function ratioOf({ bare, whole }: RelayCosts): number {
  return median(whole) / median(bare)
}

export function printRelays(costs: RelayCosts): void {
  const { bare, whole } = costs
  const show = (values: readonly number[]): string =>
    `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`
  console.log(
    `\nCPU per relayed packet, fan-out ${FAN_OUT}, ${SPEED * 10} packets/s, median of ${ROUNDS} rounds (least–most)\n`
  )
  console.log('| relay | µs | ratio |\n|---|---|---|')
  console.log(`| bare \`ws\` server, same bytes | ${show(bare)} | 1 |`)
  console.log(
    `| treecast over libp2p TCP, signatures checked | ${show(whole)} | ${ratioOf(costs).toFixed(1)} |`
  )
}

async function bareWs(): Promise<number> {
  const relay = new Worker('./ws-relay.ts')
  const { port } = await relay.ask<{ port: number }>({ type: 'port' })
  const sockets = await Promise.all(Array.from({ length: FAN_OUT + 1 }, () => connect(port)))
  const packet = new Uint8Array(PACKET_BYTES)
  const cost = await costOf(relay, async () => {
    const startedAt = performance.now()
    for (let i = 0; i < SECONDS * SPEED * 10; i++) {
      const wait = startedAt + (i * 100) / SPEED - performance.now()
      if (wait > 0) await sleep(wait)
      sockets[0]!.send(packet)
    }
  })
  for (const socket of sockets) socket.terminate()
  await relay.end()
  return cost
}

async function wholeRelay(): Promise<number> {
  const stage = await openStage(SPEED, 1)
  const { link } = stage.show
  const relay = new Worker('./listeners.ts')
  await relay.ask<Added>({ type: 'add', link, count: 1, maxChildren: FAN_OUT })
  const children = new Worker('./listeners.ts')
  await children.ask<Added>({ type: 'add', link, count: FAN_OUT, maxChildren: 0 })
  const cost = await costOf(relay, () => sleep(SECONDS * 1000))
  await children.end()
  await relay.end()
  await closeStage(stage)
  return cost
}

async function costOf(relay: Worker, work: () => Promise<unknown>): Promise<number> {
  const before = await relay.ask<Measured>({ type: 'measure' })
  await work()
  const after = await relay.ask<Measured>({ type: 'measure' })
  return (after.cpu - before.cpu) / (after.sent - before.sent)
}

async function connect(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  await once(socket, 'open')
  return socket
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
