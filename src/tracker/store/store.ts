/**
 * The seam between a tracker and what several of them share. Each tracker keeps its own members, answers for them at once, and tells
 * the store of them; the store tells it a little of all others: how many there are, and some by lot with room, to be introduced. So a
 * join never waits for the store, and where the store is away trackers go on with what they know.
 *
 * The contract, which `test/tracker/store-contract.ts` holds every store to:
 *
 * - What a tracker told is seen by the others within seconds, in `onElsewhere` for each broadcast that they have members of.
 * - A peer is counted once, by its id, however many trackers know it.
 * - What a tracker told is forgotten when it closes its session, and within seconds when it vanishes.
 * - A signal is brought to the trackers that have the peer: to the first and the last of them, since ids are claims.
 * - Addresses that were let in at one tracker count at all, and who is banned at one is banned at all.
 */

import type { Elsewhere } from '../../protocol/tracker/membership.js'
import type { TrackerShare } from '../../protocol/tracker/machine.js'
import type { PeerId } from '../../protocol/wire/record.js'

export type MemberChange = Extract<TrackerShare, { type: 'member' }>

export interface Store {
  /** Begins a session. Never fails: where the store is away it keeps trying, and tells the user. */
  attach(user: StoreUser): StoreSession
}

/** The tracker, as a store sees it. */
export interface StoreUser {
  /** All its members, for a store that knows none of them. */
  members(): Iterable<MemberChange>
  /** Broadcasts that it has members of, by their keys. */
  broadcasts(): Iterable<string>
  onElsewhere(broadcast: string, elsewhere: Elsewhere): void
  /** A SIGNAL message for one of its members. */
  onSignal(broadcast: string, bytes: Uint8Array): void
  onBan(address: string, forMs: number): void
  /** It came, or went and why. */
  onState(state: StoreState, why: string): void
}

export type StoreState = 'here' | 'away'

export interface StoreSession {
  readonly state: StoreState
  readonly stats: StoreStats
  /** A member came, changed, or went. Never blocks. What is told while the store is away is asked for when it is back. */
  tell(change: MemberChange): void
  /** Brings a SIGNAL to other trackers that have its addressee. @returns to how many; 0 where the store is away */
  carry(broadcast: string, to: PeerId, bytes: Uint8Array): Promise<number>
  /** Whether an address may open one more connection at any of the trackers. True where the store is away. */
  admit(address: string, perSecond: number, burst: number): Promise<boolean>
  ban(address: string, forMs: number): void
  /** Ends it: the others forget this tracker's members at once. */
  close(): Promise<void>
}

export interface StoreStats {
  /** Calls that were answered since the start, seconds that they took together, and calls that failed. */
  readonly calls: number
  readonly callSeconds: number
  readonly failures: number
}
