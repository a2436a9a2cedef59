/**
 * One run: a live show that peers join, then calm, then a fifth of the peers killed, then another fifth frozen. Ten processes hold
 * the peers alike; the introducer and the origin have one each.
 */

import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountOf, type Heard } from './account.js'
import type { Contender } from './contenders.js'
import type { Account, Measured, Started } from './host.js'
import { endAll, Host } from './processes.js'
import type { Role, Stage } from './rival.js'

export const PROCESSES = 10

/** Those that came first, and so stand nearest to the origin, and some from the middle: a fifth each. */
const KILLED = [0, 5]
const FROZEN = [1, 6]

/** Enough for 64 kbit/s. */
const BYTES_PER_SECOND = 8000

/** s. */
const SETTLE = 5
const CALM = 10
const AFTER_KILL = 12
const AFTER_FREEZE = 15
const REST = 3

/** Of a whole run: joining takes most of it where there are more peers than the machine can bear. */
const LIMIT = 180

export interface Plan {
  readonly peers: number
  /** Messages a second. */
  readonly rate: number
}

export interface Stretch extends Heard {
  /** Share of all cores that nobody asked for meanwhile. Where it is near none, it is the machine that is measured. */
  readonly idle: number
}

export interface Outcome {
  readonly contender: Contender
  readonly plan: Plan
  /** Copies of a message that a peer receives. */
  readonly copies: number
  /** Bytes that come in at peers, for each byte of a message that one is handed. */
  readonly bytesPerByte: number
  /** Bytes that the origin sends, over one show's. */
  readonly egress: number
  /** Of a peer for a message, µs. */
  readonly cpu: number
  readonly calm: Stretch
  readonly killed: Stretch
  readonly frozen: Stretch
  /** Who was there to the end. */
  readonly survivors: number
}

/** @throws Error where a network is not ready in time, or a process of it fails. */
export async function run(node: string, contender: Contender, plan: Plan): Promise<Outcome> {
  const over = new AbortController()
  const limit = sleep(LIMIT * 1000, undefined, { signal: over.signal }).then(() => {
    throw new Error(`it was not through after ${LIMIT} s`)
  })
  limit.catch(() => undefined)
  const played = play(node, contender, plan)
  played.catch(() => undefined)
  try {
    return await Promise.race([played, limit])
  } finally {
    over.abort()
    endAll()
  }
}

async function play(node: string, contender: Contender, plan: Plan): Promise<Outcome> {
  const { peers, rate } = plan
  const bytes = BYTES_PER_SECOND / rate
  const make = (): Host => new Host(node, contender)
  const introducer = make()
  const origin = make()
  const hosts = Array.from({ length: PROCESSES }, make)

  let stage: Stage = { introducer: '', origin: '', others: [], rate, bytes }
  const start = async (host: Host, role: Role): Promise<string> =>
    (await host.ask<Started>({ type: 'start', role, stage })).contact
  stage = { ...stage, introducer: await start(introducer, 'introducer') }
  const first = await start(origin, 'origin')
  stage = { ...stage, origin: first, others: [first] }
  await origin.ask({ type: 'publish', stage })
  for (const host of hosts) {
    for (let i = 0; i < peers / PROCESSES; i++) {
      stage = { ...stage, others: [...stage.others, await start(host, 'peer')] }
    }
  }
  await sleep(SETTLE * 1000)

  const measure = (): Promise<Measured[]> =>
    Promise.all([origin, ...hosts].map((host) => host.ask<Measured>({ type: 'measure' })))
  const calm = mark()
  const before = await measure()
  await sleep(CALM * 1000)
  const after = await measure()
  const killed = mark()
  for (const index of KILLED) hosts[index]!.kill()
  await sleep(AFTER_KILL * 1000)
  const frozen = mark()
  for (const index of FROZEN) hosts[index]!.freeze()
  await sleep(AFTER_FREEZE * 1000)
  const end = mark()
  // What is late may come.
  await sleep(REST * 1000)

  const left = hosts.filter((_, index) => !KILLED.includes(index) && !FROZEN.includes(index))
  const { sent } = await origin.ask<Account>({ type: 'account' })
  const accounts = await Promise.all(left.map((host) => host.ask<Account>({ type: 'account' })))
  const heard = accounts.flatMap((account) => account.heard)
  const messages = sent.filter((at) => at >= calm.at && at < killed.at).length
  const stretch = (begin: Mark, end: Mark): Stretch => ({
    ...accountOf(sent, heard, { begin: begin.at, end: end.at }),
    idle: (end.idle - begin.idle) / (end.all - begin.all)
  })
  return {
    contender,
    plan,
    ...costs(before, after, bytes, messages, peers),
    calm: stretch(calm, killed),
    killed: stretch(killed, frozen),
    frozen: stretch(frozen, end),
    survivors: heard.length
  }
}

/** The first of each is the origin. */
function costs(
  before: readonly Measured[],
  after: readonly Measured[],
  bytes: number,
  messages: number,
  peers: number
): Pick<Outcome, 'copies' | 'bytesPerByte' | 'egress' | 'cpu'> {
  const grown = (of: keyof Measured, from: number, to?: number): number =>
    after.slice(from, to).reduce((sum, measured, i) => sum + measured[of] - before[from + i]![of], 0)
  const distinct = grown('distinct', 1)
  return {
    copies: grown('received', 1) / distinct,
    bytesPerByte: grown('bytesIn', 1) / (distinct * bytes),
    egress: grown('bytesOut', 0, 1) / (messages * bytes),
    cpu: grown('cpu', 1) / (messages * peers)
  }
}

/** A moment of a run, and what all cores have done until then; ms. */
interface Mark {
  readonly at: number
  readonly idle: number
  readonly all: number
}

function mark(): Mark {
  const times = cpus().map((core) => core.times)
  return {
    at: Number(process.hrtime.bigint()) / 1e6,
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.flatMap((each) => Object.values(each)).reduce((sum, time) => sum + time, 0)
  }
}
