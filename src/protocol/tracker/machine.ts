/** What goes into the tracker machine and what comes out, as `machine.ts` beside it has it for a peer, and what it tells of itself. */

import type { BroadcastId } from '../wire/broadcast.js'
import type { ByeReason } from '../wire/message.js'
import type { PeerId } from '../wire/record.js'
import type { Elsewhere, SharedMember } from './membership.js'

/** What a busy tracker gives up, in this order, and each with all before it: what operators and programs ask, newcomers, signals of
 * newcomers, and at last those who come back. It has no audio to give up. Contained in a number, so that more is greater. */
export const LOAD = { calm: 0, stats: 1, joins: 2, signals: 3, returns: 4 } as const

export type TrackerInput =
  /** A connection is open. `address`: its own, where that is known. `network`: where it comes from, as far as that tells one person from others; undefined where it does not. */
  | {
      readonly type: 'opened'
      readonly link: number
      readonly network?: string | undefined
      readonly address?: string | undefined
    }
  | { readonly type: 'received'; readonly link: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly link: number }
  | { readonly type: 'tick' }
  /** How busy the tracker's machine is: one of {@link LOAD}. `salt`: {@link SALT_BYTES} that nobody could foresee, new every minute or so. */
  | { readonly type: 'load'; readonly load: number; readonly salt: Uint8Array }
  /** Answers a `digest`. */
  | { readonly type: 'digested'; readonly link: number; readonly digest: Uint8Array }
  /** What trackers that share say of a broadcast, by its key. */
  | { readonly type: 'elsewhere'; readonly broadcast: string; readonly elsewhere: Elsewhere }
  /** A SIGNAL that another tracker was given for one of our members. */
  | { readonly type: 'carried'; readonly broadcast: string; readonly bytes: Uint8Array }
  /** Answers a `carry`: no other tracker has that peer. */
  | { readonly type: 'nobody'; readonly link: number; readonly peer: PeerId }

export type TrackerOutput =
  | { readonly type: 'send'; readonly link: number; readonly bytes: Uint8Array }
  /** It has joined, and is a stranger no longer. */
  | { readonly type: 'joined'; readonly link: number }
  /** SHA-256 of this, please. */
  | { readonly type: 'digest'; readonly link: number; readonly message: Uint8Array }
  /** `why`: it was refused for that. */
  | { readonly type: 'close'; readonly link: number; readonly why?: ByeReason }

/** Bytes of a `load`'s salt: half of a CHALLENGE's seed. The other half is the link. */
export const SALT_BYTES = 8

/** What a tracker that shares has for the others. */
export type TrackerShare =
  /** A member came, changed, or went. */
  | {
      readonly type: 'member'
      readonly broadcast: string
      readonly id: PeerId
      readonly member: SharedMember | undefined
    }
  /** A SIGNAL for a peer that is not here, or not here alone. `link`: who is told if it is nowhere; undefined if it is here as well. */
  | {
      readonly type: 'carry'
      readonly broadcast: string
      readonly to: PeerId
      readonly bytes: Uint8Array
      readonly link: number | undefined
    }

export interface TrackerMachineOptions {
  /** Decides whom it introduces to whom; any 32-bit integer. */
  readonly seed: number
  /** Whether other trackers are told of its members: `takeShared()` says what. Default false. */
  readonly shares?: boolean
  /** Joins that it serves a second, and at once; who comes beyond waits and may work. Default: all. */
  readonly joinsPerSecond?: number
  readonly joinBurst?: number
  /** Whether a TURN server has this address, to which peers may send one another. Default: none has. */
  readonly isRelay?: (address: string) => boolean
}

/** What a busy tracker did without, since the start. */
export interface TrackerShed {
  /** Joins that had to wait. */
  readonly joins: number
  /** Signals that were not brought. */
  readonly signals: number
  /** Messages of networks that said too much, which were not read. */
  readonly messages: number
}

/** What a tracker tells about itself. Numbers only: no peer can be found by them. */
export interface TrackerStats {
  readonly broadcasts: number
  /** Each once, and so below; who is in two broadcasts is two. */
  readonly peers: number
  readonly listeners: number
  readonly relays: number
  readonly origins: number
  /** Peers that wait for slots. */
  readonly waiting: number
  /** Newcomers that wait to be served, because more come than can be; and the work that would do now, in bits. */
  readonly queued: number
  readonly workBits: number
  /** Slots that peers said to have free. */
  readonly freeSlots: number
  /** Since the start. */
  readonly joins: number
  readonly introductions: number
  readonly signals: number
  /** Newcomers that have worked. */
  readonly worked: number
  readonly shed: TrackerShed
  readonly refused: number
  /** For each reason how often. */
  readonly refusedFor: Readonly<Partial<Record<ByeReason, number>>>
}

/** One broadcast, as its tracker knows it. */
export interface BroadcastStats {
  readonly id: BroadcastId
  readonly live: boolean
  readonly peers: number
  readonly listeners: number
  /** Most listeners at once since the broadcast came here. */
  readonly peakListeners: number
}
