/**
 * Trackers that share a Redis or Valkey. A session is what a tracker has told it since they last found each other: after each outage, however
 * it went, a new one begins with all members, and what is left of the old one is cleaned up as if its tracker had vanished. Since peers are
 * counted by their ids, nobody is counted twice meanwhile.
 */

import { randomBytes } from 'node:crypto'
import type { Redis as RedisClient } from 'ioredis'
import { TreecastError } from '../../protocol/errors.js'
import type { Elsewhere, SharedMember } from '../../protocol/tracker/membership.js'
import { idKey, type PeerId } from '../../protocol/wire/record.js'
import { now } from '../../runtime/clock.js'
import {
  ADMIT_TIMEOUT_MS,
  BEAT_MS,
  CALL_TIMEOUT_MS,
  GATHER_CHANGES_MS,
  LAPSED_MS,
  SAMPLE_MS,
  SAMPLED
} from './pace.js'
import { ADMIT, BEAT, CARRY, CLEAN, SAMPLE, SHARD_KEYS, TELL } from './redis-scripts.js'
import { keysOf, ownKey, PREFIX, shardOf, SHARDS, shardsOf } from './shards.js'
import { decodeShared, encodeShared, flagsOf } from './shared-member.js'
import type { MemberChange, Store, StoreSession, StoreState, StoreUser } from './store.js'

/** Members that one call tells of or cleans up: below a millisecond of the store's time for tens of them, a few for all. */
const MEMBERS_A_CALL = 250

/** With so many samples of each shard, a broadcast in few shards is sampled as well as one in all. */
const FED_OF_SHARD = SAMPLED / SHARDS
const UNFED_OF_SHARD = 4

const MAX_RECONNECT_MS = 1_000

type Argument = string | number | Buffer | Uint8Array

/** Scripts as methods, as ioredis defines them. */
interface Scripts {
  tell(...args: Argument[]): Promise<unknown>
  sampleBuffer(...args: Argument[]): Promise<(number | Buffer | null)[]>
  clean(...args: Argument[]): Promise<number>
  carry(...args: Argument[]): Promise<number>
  beatBuffer(...args: Argument[]): Promise<(number | Buffer)[]>
  admit(...args: Argument[]): Promise<number>
}

type Client = RedisClient & Scripts

/**
 * @param url `redis://…` or `rediss://…`; `?…` as ioredis takes it.
 * @throws TreecastError `bad-option` where the optional package ioredis is not installed, or the URL is none.
 */
export async function redisStore(url: string): Promise<Store> {
  const name = withoutSecrets(url)
  const { Redis } = await import('ioredis').catch((error: unknown) => {
    throw new TreecastError(
      'bad-option',
      `the store ${name} needs the optional package ioredis: npm install ioredis`,
      { cause: error }
    )
  })
  const connect = (): Client => {
    const client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      maxRetriesPerRequest: 0,
      connectTimeout: CALL_TIMEOUT_MS,
      commandTimeout: CALL_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(100 * times, MAX_RECONNECT_MS),
      scripts: {
        tell: { lua: TELL, numberOfKeys: SHARD_KEYS.length + 1 },
        sample: { lua: SAMPLE, numberOfKeys: SHARD_KEYS.length },
        clean: { lua: CLEAN, numberOfKeys: SHARD_KEYS.length + 1 },
        carry: { lua: CARRY, numberOfKeys: 1 },
        beat: { lua: BEAT, numberOfKeys: 1 },
        admit: { lua: ADMIT, numberOfKeys: 1 }
      }
    })
    return client as Client
  }
  return { attach: (user) => new RedisSession(connect, name, user) }
}

class RedisSession implements StoreSession {
  state: StoreState = 'away'
  readonly stats = { calls: 0, callSeconds: 0, failures: 0 }
  private readonly name: string
  private readonly user: StoreUser
  private readonly client: Client
  private readonly inbox: Client
  /** 8 bytes, as they stand in front of ids. */
  private id = randomBytes(8)
  /** The last error of the connection: why the store is away. */
  private lastError = 'no answer yet'
  private isTold = false
  private changes = new Map<string, Map<string, MemberChange>>()
  private gatherer: ReturnType<typeof setTimeout> | undefined
  private readonly beats: ReturnType<typeof setInterval>
  private readonly samples: ReturnType<typeof setInterval>
  /** Shards in which this session has told of members; and broadcasts in which anything happened since they were looked at. */
  private readonly shards = new Set<string>()
  private readonly touched = new Set<string>()
  private looked = new Set<string>()
  private round = 0
  private beating = false
  private closed = false

  constructor(connect: () => Client, name: string, user: StoreUser) {
    this.name = name
    this.user = user
    this.client = connect()
    this.inbox = connect()
    for (const client of [this.client, this.inbox]) {
      client.on('error', (error: Error) => (this.lastError = error.message))
      client.connect().catch(() => undefined)
    }
    this.client.on('ready', () => void this.beat())
    this.inbox.on('messageBuffer', (channel: Buffer, message: Buffer) => this.received(channel, message))
    this.beats = setInterval(() => void this.beat(), BEAT_MS)
    this.samples = setInterval(() => this.sampleAll(), SAMPLE_MS)
  }

  tell(change: MemberChange): void {
    if (!this.isTold) return
    let changes = this.changes.get(change.broadcast)
    if (changes === undefined) this.changes.set(change.broadcast, (changes = new Map<string, MemberChange>()))
    changes.set(idKey(change.id), change)
    this.gatherer ??= setTimeout(() => void this.flush(), GATHER_CHANGES_MS)
  }

  async carry(broadcast: string, to: PeerId, bytes: Uint8Array): Promise<number> {
    if (this.state === 'away') return 0
    const name = Buffer.from(broadcast)
    const message = Buffer.concat([Buffer.of(name.length >>> 8, name.length & 0xff), name, bytes])
    const key = `${shardOf(broadcast, to)}at`
    const call = this.client.carry(key, this.id, Buffer.from(to), `${PREFIX}to:`, message)
    return (await this.answered(call)) ?? 0
  }

  async admit(address: string, perSecond: number, burst: number): Promise<boolean> {
    if (this.state === 'away') return true
    const key = `${PREFIX}rate:${address}`
    const answer = this.answered(this.client.admit(key, perSecond, burst))
    return (await Promise.race([answer, timeout(ADMIT_TIMEOUT_MS)])) !== 0
  }

  ban(address: string, forMs: number): void {
    if (this.state === 'away') return
    const until = Math.round(Date.now() + forMs)
    void this.answered(this.client.zadd(`${PREFIX}banned`, until, address))
    void this.answered(this.client.publish(`${PREFIX}bans`, Buffer.from(JSON.stringify({ address, forMs }))))
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.beats)
    clearInterval(this.samples)
    clearTimeout(this.gatherer)
    if (this.state === 'here') await this.cleanUp(this.id, this.shards)
    this.isTold = false
    this.client.disconnect()
    this.inbox.disconnect()
  }

  /** Says that we are there, finds out whether the store is, and cleans up after those that are not. */
  private async beat(): Promise<void> {
    if (this.beating || this.closed) return
    this.beating = true
    try {
      const answer = await this.answered(this.client.beatBuffer(`${PREFIX}sessions`, this.id, LAPSED_MS))
      if (answer === undefined) return
      const [known, ...gone] = answer
      if (this.state === 'away' || known === 0) await this.begin()
      for (const id of gone) await this.cleanUp(id as Buffer)
    } finally {
      this.beating = false
    }
  }

  /** A new session: tells of all members. What the store knows of the last one is left to lapse, or lapses faster by our own hand. */
  private async begin(): Promise<void> {
    const before = this.id
    const shards = [...this.shards]
    this.id = randomBytes(8)
    this.shards.clear()
    this.changes.clear()
    const isHeard = await this.answered(
      this.inbox.subscribe(channelOf(this.id) as unknown as string, `${PREFIX}bans`)
    )
    if (isHeard === undefined) return
    void this.inbox.unsubscribe(channelOf(before) as unknown as string).catch(() => undefined)
    if ((await this.answered(this.client.beatBuffer(`${PREFIX}sessions`, this.id, LAPSED_MS))) === undefined)
      return
    this.isTold = true
    for (const change of this.user.members()) this.tell(change)
    if (!(await this.flush())) return
    const banned = await this.answered(
      this.client.zrangebyscore(`${PREFIX}banned`, Date.now(), '+inf', 'WITHSCORES')
    )
    for (let i = 0; i + 1 < (banned?.length ?? 0); i += 2)
      this.user.onBan(banned![i]!, Number(banned![i + 1]) - Date.now())
    this.setState('here', '')
    await this.cleanUp(before, shards)
    this.sampleAll(true)
  }

  /** Tells what was gathered. @returns whether it arrived */
  private async flush(): Promise<boolean> {
    clearTimeout(this.gatherer)
    this.gatherer = undefined
    const { changes } = this
    this.changes = new Map()
    const calls: Promise<unknown>[] = []
    for (const [broadcast, members] of changes) {
      this.touched.add(broadcast)
      const byShard = groupBy(members.values(), ({ id }) => shardOf(broadcast, id))
      for (const [shard, all] of byShard) {
        if (!this.shards.has(shard)) {
          this.shards.add(shard)
          calls.push(this.client.sadd(this.shardsKey(this.id), shard))
        }
        for (let i = 0; i < all.length; i += MEMBERS_A_CALL)
          calls.push(this.tellShard(shard, all.slice(i, i + MEMBERS_A_CALL)))
      }
      // Who came first into a broadcast has nobody to meet here.
      if (this.state === 'here' && !this.looked.has(broadcast)) void this.sample(broadcast)
    }
    const answers = await Promise.all(calls.map((call) => this.answered(call)))
    return answers.every((answer) => answer !== undefined)
  }

  private tellShard(shard: string, changes: readonly MemberChange[]): Promise<unknown> {
    const args: Argument[] = [...keysOf(shard), ownKey(shard, this.id), this.id]
    for (const { id, member } of changes)
      args.push(
        Buffer.from(id),
        flagsOf(member),
        member === undefined ? '' : Buffer.from(encodeShared(member))
      )
    return this.client.tell(...args)
  }

  private sampleAll(all = false): void {
    if (this.state === 'away') return
    this.round++
    const { looked } = this
    this.looked = new Set()
    for (const broadcast of this.user.broadcasts()) {
      if (all || this.round % 3 === 0 || this.touched.has(broadcast)) void this.sample(broadcast)
      else if (looked.has(broadcast)) this.looked.add(broadcast)
    }
    this.touched.clear()
  }

  /** Looks at all shards of a broadcast: one round trip, since all calls of one turn go in one. */
  private async sample(broadcast: string): Promise<void> {
    const { id } = this
    this.looked.add(broadcast)
    const answers = await Promise.all(
      shardsOf(broadcast).map((shard) =>
        this.answered(this.client.sampleBuffer(...keysOf(shard), id, FED_OF_SHARD, UNFED_OF_SHARD))
      )
    )
    if (this.id !== id || this.closed) return
    const sum = { peers: 0, listeners: 0, fed: 0 }
    const members: SharedMember[] = []
    for (const answer of answers) {
      if (answer === undefined) return
      const [peers, listeners, fed, ...records] = answer
      sum.peers += Number(peers)
      sum.listeners += Number(listeners)
      sum.fed += Number(fed)
      for (const record of records) if (record instanceof Buffer) members.push(decodeShared(record))
    }
    const elsewhere: Elsewhere = {
      peers: sum.peers,
      listeners: sum.listeners,
      live: sum.fed > 0,
      members
    }
    this.user.onElsewhere(broadcast, elsewhere)
  }

  /** Makes the store forget a session, some members at a time: nobody else has to wait for long. */
  private async cleanUp(session: Buffer, known: Iterable<string> = []): Promise<void> {
    const shards = await this.answered(this.client.smembers(this.shardsKey(session)))
    if (shards === undefined) return
    for (const shard of new Set([...known, ...shards])) {
      for (;;) {
        const keys = [...keysOf(shard), ownKey(shard, session)]
        const left = await this.answered(this.client.clean(...keys, session, MEMBERS_A_CALL))
        if (left === undefined) return
        if (left === 0) break
      }
    }
    await this.answered(this.client.del(this.shardsKey(session)))
    await this.answered(this.client.zrem(`${PREFIX}sessions`, session))
  }

  private received(channel: Buffer, message: Buffer): void {
    if (channel.toString() === `${PREFIX}bans`) {
      const { address, forMs } = JSON.parse(message.toString()) as { address: string; forMs: number }
      this.user.onBan(address, forMs)
      return
    }
    const end = 2 + message.readUInt16BE(0)
    this.user.onSignal(message.toString('utf8', 2, end), new Uint8Array(message.subarray(end)))
  }

  /** What the store answers, or undefined: then it is away. */
  private async answered<T>(call: Promise<T>): Promise<T | undefined> {
    const from = now()
    try {
      const answer = await call
      this.stats.calls++
      this.stats.callSeconds += (now() - from) / 1000
      return answer
    } catch (error) {
      this.stats.failures++
      if (!this.closed) this.lost(error as Error)
      return undefined
    }
  }

  private lost(error: Error): void {
    const isSilent = error.message === 'Command timed out'
    const why = error.message.startsWith('Stream isn') ? this.lastError : error.message
    // A connection on which nothing comes back may never end by itself.
    if (isSilent && this.state === 'here') this.client.disconnect(true)
    this.isTold = false
    this.changes.clear()
    this.setState('away', `${this.name}: ${why}`)
  }

  private setState(state: StoreState, why: string): void {
    if (this.state === state && state === 'here') return
    const isNews = this.state !== state || this.stats.calls === 0
    this.state = state
    if (isNews) this.user.onState(state, why)
  }

  private shardsKey(session: Buffer): string {
    return `${PREFIX}shards:${session.toString('hex')}`
  }
}

function channelOf(session: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${PREFIX}to:`), session])
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

function timeout(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms))
}

function withoutSecrets(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '')
    throw new TreecastError('bad-option', 'the store is no URL of a Redis; expected redis://host:port')
  return `${url.protocol}//${url.host}${url.pathname}`
}
