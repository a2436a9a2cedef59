/** A flood of real processes: who floods, honest newcomers meanwhile, and what comes of it. All on loopback. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { parseLink } from '../../src/protocol/wire/link.js'
import type { Join } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { ALL_WAYS, WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import { findWork } from '../../src/runtime/work.js'
import { type Event, treecast, Treecast } from '../e2e/processes.js'

const FLOODER = fileURLToPath(new URL('flooder.js', import.meta.url))

/** Who is not served within so long has failed. */
const PATIENCE_MS = 10_000

export type Kind = 'connections' | 'loris' | 'garbage' | 'silence' | 'giants' | 'fragments' | 'joins'

export interface Attack {
  readonly kind: Kind
  /** HOST:PORT. */
  readonly target: string
  readonly seconds: number
  readonly perSecond: number
  /** A treecast: link, for those who join. */
  readonly link: string
}

/** @returns what the flooder did, when it has ended. */
export async function flood({ kind, target, seconds, perSecond, link }: Attack): Promise<Event> {
  const join = Buffer.from(encodeMessage(joinOf(link, new Uint8Array(32)))).toString('hex')
  const flooder = new Treecast(process.execPath, [
    FLOODER,
    kind,
    target,
    String(seconds),
    String(perSecond),
    join
  ])
  const done = await flooder.event('flooded')
  await flooder.exit
  return done
}

/** What became of honest newcomers. */
export interface Arrivals {
  readonly came: number
  readonly served: number
  /** Those who were asked to work. */
  readonly worked: number
  readonly p50: number
  readonly p99: number
  /** Of those who failed, for each reason how many. */
  readonly failures: Readonly<Record<string, number>>
}

/** Honest newcomers at an even pace, each from a network of its own, until `over` comes true. */
export async function arrive(link: string, perSecond: number, over: Promise<unknown>): Promise<Arrivals> {
  const outcomes: Promise<Outcome>[] = []
  const begin = performance.now()
  const end = { isOver: false }
  void over.finally(() => (end.isOver = true))
  while (!end.isOver) {
    const wait = begin + (outcomes.length * 1000) / perSecond - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    outcomes.push(comeIn(link, outcomes.length))
  }
  const all = await Promise.all(outcomes)
  const took = all.filter(({ failure }) => failure === undefined).map(({ ms }) => ms)
  took.sort((a, b) => a - b)
  const failures: Record<string, number> = {}
  for (const { failure } of all) if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1
  const at = (part: number): number => Math.round(took[Math.floor((took.length - 1) * part)] ?? NaN)
  return {
    came: all.length,
    served: took.length,
    worked: all.filter(({ worked }) => worked).length,
    p50: at(0.5),
    p99: at(0.99),
    failures
  }
}

interface Outcome {
  readonly ms: number
  readonly worked: boolean
  readonly failure?: string
}

/** One join, from its first packet to its welcome: as a page makes it, and without a second attempt. */
async function comeIn(link: string, n: number): Promise<Outcome> {
  const { trackers } = parseLink(link)
  const id = new Uint8Array(createHash('sha256').update(String(n)).digest())
  const begin = performance.now()
  const socket = new WebSocket(trackers[0]!, {
    perMessageDeflate: false,
    localAddress: `127.${200 + ((n >> 8) & 31)}.${n & 255}.9`
  })
  let worked = false
  const failure = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve('too late'), PATIENCE_MS)
    const settle = (why?: string): void => {
      clearTimeout(timer)
      resolve(why)
    }
    socket.on('error', (error) => settle(error.message))
    socket.on('close', () => settle('cut off'))
    socket.on('open', () => socket.send(encodeMessage(joinOf(link, id))))
    socket.on('message', (data) => {
      for (const message of decodeMessages(new Uint8Array(data as Buffer))) {
        if (message.type === 'welcome') settle()
        else if (message.type === 'refused') settle(`refused: ${message.reason}`)
        else if (message.type === 'challenge') {
          worked = true
          const isWanted = (): boolean => socket.readyState === socket.OPEN
          void findWork(sha256, message.seed, id, message.bits, isWanted).then((nonce) => {
            if (nonce !== undefined && isWanted()) socket.send(encodeMessage({ type: 'work', nonce }))
          })
        }
      }
    })
  })
  const ms = performance.now() - begin
  socket.terminate()
  return { ms, worked, ...(failure === undefined ? {} : { failure }) }
}

/** A process's memory now, where Linux tells; MiB. */
export async function memoryOf({ child }: Treecast): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/** A tracker that takes loopback's networks for those of strangers. */
export async function startLimitedTracker(): Promise<{ tracker: Treecast; url: string }> {
  const tracker = treecast('tracker', '--host', '127.0.0.1', '--port', '0', '--limit-private')
  const { url } = await tracker.event('listening')
  return { tracker, url: url as string }
}

function joinOf(link: string, peerId: Uint8Array): Join {
  const { publisher, name } = parseLink(link)
  return {
    type: 'join',
    minVersion: 1,
    maxVersion: 1,
    peerId,
    broadcast: { publisher, name },
    role: 'listener',
    freeSlots: 16,
    wanted: 8,
    addresses: [WEBRTC_ADDRESS],
    ways: ALL_WAYS
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
