/**
 * The gate before the window: which packets are worth a signature check, and what is being checked. Cheap tests
 * come before the costly one; nothing that was not verified is kept longer than its check takes.
 */

import { MAX_PENDING_CHECKS } from '../limits.js'
import type { BroadcastId } from '../wire/broadcast.js'
import { equal } from '../wire/cursor.js'
import { type Packet, packetDomain, packetMessage, signaturePart, unsignedPart } from '../wire/packet.js'
import { isCanonicalSignature } from './signature.js'
import type { Succession } from './succession.js'
import type { Window } from './window.js'

/** What a packet turned out to be. All but `check` cost no signature check. */
export type Admission =
  /** To be checked now. */
  | 'check'
  /** The very same packet is in the window already, or being checked. */
  | 'duplicate'
  /** Another packet of this sequence is in the window, or being checked. Not worth a check, and no sign of life. */
  | 'conflict'
  /** Older than the window. */
  | 'old'
  /** Not of the epoch that signs this sequence: revoked, or its certificate is not here yet. */
  | 'epoch'
  /** More checks are under way than this peer can do, or than are done for one sender. It will be asked for again. */
  | 'busy'
  /** No signature that anybody could have made: forged. */
  | 'forged'

/** A packet whose signature is being checked. */
export interface Checking<From> {
  readonly packet: Packet
  readonly hops: number
  readonly from: From
}

export class Gate<From> {
  private readonly succession: Succession
  private readonly window: Window
  private readonly domain: Uint8Array
  private readonly checking = new Map<number, Checking<From>>()

  constructor(broadcast: BroadcastId, succession: Succession, window: Window) {
    this.succession = succession
    this.window = window
    this.domain = packetDomain(broadcast)
  }

  /** Judges a packet by what is cheap, and remembers it if it is to be checked. */
  admit(packet: Packet, hops: number, from: From, isBusy = false): Admission {
    if (packet.epoch !== this.succession.at(packet.sequence)?.epoch) return 'epoch'
    if (packet.sequence < this.window.floor) return 'old'
    const here = this.window.get(packet.sequence) ?? this.checking.get(packet.sequence)
    if (here !== undefined) return equal(here.packet.bytes, packet.bytes) ? 'duplicate' : 'conflict'
    if (!isCanonicalSignature(signaturePart(packet.bytes))) return 'forged'
    if (isBusy || this.checking.size >= MAX_PENDING_CHECKS) return 'busy'
    this.checking.set(packet.sequence, { packet, hops, from })
    return 'check'
  }

  /** What the show key must have signed. */
  messageOf(packet: Packet): Uint8Array {
    return this.messageOfUnsigned(unsignedPart(packet.bytes))
  }

  /** What the show key is to sign. */
  messageOfUnsigned(unsigned: Uint8Array): Uint8Array {
    return packetMessage(this.domain, unsigned)
  }

  /** Takes back the packet whose check is done. */
  settle(sequence: number): Checking<From> | undefined {
    const checking = this.checking.get(sequence)
    this.checking.delete(sequence)
    return checking
  }
}
