/**
 * Who may connect. A crowd that comes at once and an attack look alike, so both meet the same limits: on new connections
 * alone, never on who is in already. Who has no address of its own (loopback, private networks: a proxy) is not counted by it.
 */

import { HELLO_TIMEOUT_MS } from '../protocol/limits.js'
import { isPrivate } from '../protocol/wire/ice.js'
import type { ByeReason } from '../protocol/wire/message.js'
import { TokenBucket } from '../protocol/tree/token-bucket.js'
import { Crowding } from './crowding.js'
import {
  BAN_MS,
  MAX_ADDRESSES,
  STRANGERS_OF_ADDRESS,
  STRANGERS_OF_NETWORK,
  STRIKES,
  STRIKES_MS
} from './limits.js'
import { networkOf, Networks } from './networks.js'

/** Why somebody was not let in. */
export const REJECTIONS = ['origin', 'banned', 'rate', 'strangers', 'full', 'draining'] as const
export type Rejection = (typeof REJECTIONS)[number]

/** And without a word: there were too many from there, or in all, or it is banned. */
export const REJECTION_REASONS = [...REJECTIONS, 'unread'] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

export interface AdmissionOptions {
  readonly origins?: readonly string[]
  readonly banned?: readonly string[]
  readonly joinsPerSecond: number
  readonly joinBurst: number
  /** Whether loopback and private networks are limited like all others. */
  readonly limitPrivate: boolean
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
  private readonly limitPrivate: boolean
  private readonly addresses = new Map<string, Record>()
  private readonly bannedUntil = new Map<string, number>()
  /** Those who have not joined yet. */
  private readonly strangers: Crowding

  /** @throws TreecastError `bad-option`. */
  constructor(options: AdmissionOptions) {
    this.origins = options.origins === undefined ? undefined : new Set(options.origins)
    this.banned = new Networks(options.banned ?? [], 'banned')
    this.perSecond = options.joinsPerSecond
    this.burst = options.joinBurst
    this.limitPrivate = options.limitPrivate
    this.strangers = new Crowding(
      { ofAddress: STRANGERS_OF_ADDRESS, ofNetwork: STRANGERS_OF_NETWORK },
      options.limitPrivate
    )
  }

  /** @returns why this connection is not let in, or undefined if it is. */
  judge(address: string, origin: string | undefined, now: number): Rejection | undefined {
    if (origin !== undefined && this.origins !== undefined && !this.origins.has(origin)) return 'origin'
    if (!this.isWelcome(address, now)) return 'banned'
    if (this.strangers.isFull(address)) return 'strangers'
    if (this.isLimited(address) && !this.recordOf(address, now).bucket.take(1, now)) return 'rate'
    return undefined
  }

  /** Whether it is not banned. */
  isWelcome(address: string, now: number): boolean {
    return address === '' || (!this.banned.has(address) && !this.isBanned(address, now))
  }

  /** Whether new connections of this address are counted, and by others that share with us. */
  isLimited(address: string): boolean {
    return this.perSecond > 0 && this.isPerson(address)
  }

  /** The network that an address is of; undefined where that says nothing about who is behind it. */
  networkOf(address: string): string | undefined {
    return this.isPerson(address) ? networkOf(address) : undefined
  }

  /** Somebody is let in and has not joined yet. */
  entered(address: string): void {
    this.strangers.came(address)
  }

  /** It has joined, or gone. Once for each that entered. */
  settled(address: string): void {
    this.strangers.went(address)
  }

  /** It was shown the door for what it sent. */
  strike(address: string, reason: ByeReason, now: number): void {
    if ((reason !== 'malformed' && reason !== 'too-much') || !this.isPerson(address)) return
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

  private isPerson(address: string): boolean {
    return address !== '' && (this.limitPrivate || !isPrivate(address))
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
