/** A process that holds members of one network: `host.ts <module> <setting>`. It answers each request with one message. */

import { traffic, type Traffic } from './traffic.js'
import { type Member, NUMBER_AT, OWN_BYTES, type Rival, type Role, type Stage } from './rival.js'

export type Request =
  | { readonly type: 'start'; readonly role: Role; readonly stage: Stage }
  | { readonly type: 'publish'; readonly stage: Stage }
  | { readonly type: 'measure' }
  | { readonly type: 'account' }

export interface Started {
  readonly contact: string
}

export interface Measured extends Traffic {
  /** Of this process so far, µs. */
  readonly cpu: number
  /** By its peers, every copy counted. */
  readonly received: number
  /** By its peers, each counted once. */
  readonly distinct: number
}

/** Moments are milliseconds of the machine's clock that only goes forward, the same for all processes. */
export interface Account {
  /** When each message was published, by its number; the origin's. */
  readonly sent: readonly number[]
  /** For each peer when each message was handed out; empty where it was not. */
  readonly heard: readonly (readonly number[])[]
}

export type Answer = { readonly error: string } | { readonly value: Started | Measured | Account | object }

const [module, setting] = process.argv.slice(2)
const { default: rival } = (await import(module!)) as { default: Rival }

const members: Member[] = []
const sent: number[] = []
const heard: number[][] = []
let distinct = 0

process.on('disconnect', () => process.exit(0))
process.on('message', (request) => {
  answer(request as Request).then(
    (value) => process.send?.({ value } satisfies Answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer)
  )
})
process.send?.({ value: {} } satisfies Answer)

async function answer(request: Request): Promise<object> {
  switch (request.type) {
    case 'start':
      return start(request.role, request.stage)
    case 'publish':
      publish(request.stage)
      return {}
    case 'measure':
      return measure()
    case 'account':
      return { sent, heard } satisfies Account
  }
}

async function start(role: Role, stage: Stage): Promise<Started> {
  const times: number[] = []
  const member = await rival.start(role, stage, setting!, (message) => {
    const number = new DataView(message.buffer, message.byteOffset).getUint32(NUMBER_AT)
    if (times[number] !== undefined) return
    times[number] = now()
    distinct++
  })
  members.push(member)
  if (role === 'peer') heard.push(times)
  return { contact: member.contact }
}

/** From now on, at the moments when they are due: never "so long after the last". */
function publish({ rate, bytes }: Stage): void {
  const begin = now()
  const next = (): void => {
    while (begin + (sent.length * 1000) / rate <= now()) {
      const message = new Uint8Array(bytes).fill(sent.length & 0xff, OWN_BYTES)
      new DataView(message.buffer).setUint32(NUMBER_AT, sent.length)
      sent.push(now())
      members[0]!.publish(message)
    }
    setTimeout(next, begin + (sent.length * 1000) / rate - now())
  }
  next()
}

function measure(): Measured {
  const { user, system } = process.cpuUsage()
  const received = members.reduce((sum, member) => sum + member.received(), 0)
  return { ...traffic(), cpu: user + system, received, distinct }
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
