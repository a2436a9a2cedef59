/**
 * Who may connect. A crowd that comes at once and an attack look alike, so both meet the same limits: on new connections
 * alone, never on who is in already. Who has no address of its own (loopback, private networks: a proxy) is not counted by it.
 */

import { HELLO_TIMEOUT_MS } from '../protocol/limits.js'
import type { ByeReason } from '../protocol/wire/message.js'
import { TokenBucket } from '../protocol/tree/token-bucket.js'
import { isPrivate, networkOf, Networks } from './networks.js'

/** Why somebody was not let in. */
export const REJECTIONS = ['origin', 'banned', 'rate', 'strangers', 'full', 'draining'] as const
export type Rejection = (typeof REJECTIONS)[number]

/** Connections that have not joined yet, of one address and of one network: each is closed after 3 s, and a peer joins with its first
 * message. */
const STRANGERS_OF_ADDRESS = 20
const STRANGERS_OF_NETWORK = 100

/** An address that was shown the door so often for what it sent, within so long, is not let in for a while. */
const STRIKES = 10
const STRIKES_MS = 60_000
export const BAN_MS = 10 * 60_000

/** Addresses remembered at most; the oldest are forgotten first. */
const MAX_ADDRESSES = 50_000

export interface AdmissionOptions {
  readonly origins?: readonly string[]
  readonly banned?: readonly string[]
  readonly joinsPerSecond: number
  readonly joinBurst: number
}

interface Record {
  readonly bucket: TokenBucket
  strikes: number
  strikesSince: number
}

export class Admission {
  /** Told of each address that is banned from now on, for others that should know; ms. */
  onBan: (address: string, forMs: number) => void = () => undefined
  private readonly origins: ReadonlySet<string> | undefined
  private readonly banned: Networks
  private readonly perSecond: number
  private readonly burst: number
  private readonly addresses = new Map<string, Record>()
  private readonly bannedUntil = new Map<string, number>()
  /** Not joined yet: by address and by network. */
  private readonly strangers = new Map<string, number>()

  /** @throws TreecastError `bad-option`. */
  constructor(options: AdmissionOptions) {
    this.origins = options.origins === undefined ? undefined : new Set(options.origins)
    this.banned = new Networks(options.banned ?? [], 'banned')
    this.perSecond = options.joinsPerSecond
    this.burst = options.joinBurst
  }

  /** @returns why this connection is not let in, or undefined if it is. */
  judge(address: string, origin: string | undefined, now: number): Rejection | undefined {
    if (origin !== undefined && this.origins !== undefined && !this.origins.has(origin)) return 'origin'
    if (address === '') return undefined
    if (this.banned.has(address) || this.isBanned(address, now)) return 'banned'
    if (isPrivate(address)) return undefined
    const ofAddress = this.strangers.get(address) ?? 0
    const ofNetwork = this.strangers.get(networkOf(address)) ?? 0
    if (ofAddress >= STRANGERS_OF_ADDRESS || ofNetwork >= STRANGERS_OF_NETWORK) return 'strangers'
    if (this.perSecond > 0 && !this.recordOf(address, now).bucket.take(1, now)) return 'rate'
    return undefined
  }

  /** Whether this address is counted at all, and by others that share with us. */
  isLimited(address: string): boolean {
    return this.perSecond > 0 && address !== '' && !isPrivate(address)
  }

  /** Somebody is let in and has not joined yet. */
  entered(address: string): void {
    this.count(address, 1)
  }

  /** It has joined, or gone. Once for each that entered. */
  settled(address: string): void {
    this.count(address, -1)
  }

  /** It was shown the door for what it sent. */
  strike(address: string, reason: ByeReason, now: number): void {
    if ((reason !== 'malformed' && reason !== 'too-much') || address === '' || isPrivate(address)) return
    const record = this.recordOf(address, now)
    if (now - record.strikesSince > STRIKES_MS) {
      record.strikes = 0
      record.strikesSince = now
    }
    if (++record.strikes < STRIKES) return
    record.strikes = 0
    this.ban(address, now + BAN_MS)
    this.onBan(address, BAN_MS)
  }

  /** Somebody else who shares with us has banned it, or we have. */
  ban(address: string, until: number): void {
    forgetOldest(this.bannedUntil)
    this.bannedUntil.set(address, Math.max(until, this.bannedUntil.get(address) ?? 0))
  }

  private isBanned(address: string, now: number): boolean {
    const until = this.bannedUntil.get(address)
    if (until === undefined) return false
    if (until > now) return true
    this.bannedUntil.delete(address)
    return false
  }

  private recordOf(address: string, now: number): Record {
    let record = this.addresses.get(address)
    if (record === undefined) {
      forgetOldest(this.addresses)
      record = {
        bucket: new TokenBucket(this.perSecond, this.burst, now),
        strikes: 0,
        strikesSince: now
      }
    } else this.addresses.delete(address)
    this.addresses.set(address, record)
    return record
  }

  private count(address: string, change: number): void {
    if (address === '' || isPrivate(address)) return
    for (const key of [address, networkOf(address)]) {
      const count = (this.strangers.get(key) ?? 0) + change
      if (count > 0) this.strangers.set(key, count)
      else this.strangers.delete(key)
    }
  }
}

/** When somebody who was not let in may try again; seconds. */
export function retryAfter(rejection: Rejection): number {
  switch (rejection) {
    case 'banned':
      return BAN_MS / 1000
    case 'strangers':
      return HELLO_TIMEOUT_MS / 1000
    default:
      return 1
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size < MAX_ADDRESSES) return
  for (const key of map.keys()) {
    map.delete(key)
    break
  }
}
