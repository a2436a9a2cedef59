/**
 * How peers get to know each other without a tracker. Each signs where it can be dialled, and tells its neighbours: of itself,
 * of its other neighbours, whom it can introduce, and of whom it has heard. So whoever is in can find others again though all
 * trackers are gone, and can hand a newcomer a ticket.
 */

import {
  EXCHANGE_MS,
  MAX_RECORD_SECONDS,
  MAX_RECORDS,
  RECORD_REFRESH_MS,
  RECORD_SECONDS,
  RECORDS_EACH,
  RECORDS_FIRST
} from '../limits.js'
import type { Output } from '../machine.js'
import type { Random } from '../random.js'
import type { BroadcastId } from '../wire/broadcast.js'
import { equal, Reader, Writer } from '../wire/cursor.js'
import type { PeerId, PeerRecord } from '../wire/record.js'
import {
  detached,
  encodeRecord,
  readSignedRecord,
  recordHolds,
  recordMessage,
  recordSignature,
  type SignedRecord,
  unsignedRecord
} from '../wire/signed-record.js'
import { thatFit } from '../wire/ticket.js'
import { WAY, waysTo } from '../wire/ways.js'
import type { Neighbour } from './neighbour.js'
import type { Neighbourhood } from './neighbourhood.js'

export interface ExchangeOptions {
  readonly self: PeerRecord
  readonly broadcast: BroadcastId
  /** Tells of itself: not the origin, of which the fewer know the better, nor who has no address. */
  readonly isPublic: boolean
  /** It is there to stay: its record is good for as long as one can be. */
  readonly isRoot: boolean
}

/** Looks at a signature and calls back. */
export type Check = (
  key: PeerId,
  message: Uint8Array,
  signature: Uint8Array,
  settle: (valid: boolean, now: number) => void
) => void

export class Exchange {
  private readonly options: ExchangeOptions
  private readonly hood: Neighbourhood
  private readonly random: Random
  private readonly emit: (output: Output) => void
  private own: SignedRecord | undefined
  /** What our own key is signing now. */
  private unsigned: Uint8Array | undefined
  private renewAt: number
  private exchangeAt = -Infinity

  constructor(options: ExchangeOptions, hood: Neighbourhood, random: Random, emit: (output: Output) => void) {
    this.options = options
    this.hood = hood
    this.random = random
    this.emit = emit
    this.renewAt = options.isPublic && options.self.addresses.length > 0 ? -Infinity : Infinity
  }

  /** Renews our own record, and tells neighbours of others, when it is time. */
  tend(now: number): void {
    if (now >= this.renewAt) this.renew(now)
    if (now < this.exchangeAt) return
    // By lot, so that a crowd that came in one second does not go on speaking in one second.
    this.exchangeAt = now + EXCHANGE_MS * (1 + this.random.unit() / 4)
    for (const neighbour of this.hood.ready()) this.tell(neighbour, RECORDS_EACH, now)
  }

  nextDeadline(): number {
    return Math.min(this.renewAt, this.hood.size === 0 ? Infinity : this.exchangeAt)
  }

  /** Our own key has signed what it was given. */
  signed(signature: Uint8Array): void {
    if (this.unsigned === undefined) return
    const bytes = new Writer(this.unsigned.length + signature.length).put(this.unsigned).put(signature)
    this.own = readSignedRecord(new Reader(bytes.finish()))
    this.unsigned = undefined
  }

  /** A new neighbour is told at once of a few: perhaps we have no room for it. */
  greet(neighbour: Neighbour, now: number): void {
    this.tell(neighbour, RECORDS_FIRST, now)
  }

  /**
   * A neighbour tells of others. What is news to us is checked, and then known.
   *
   * @param known called with each that holds
   * @param forged called if one does not: no honest peer passes on what it has not checked
   */
  received(
    { record, exchanges }: Neighbour,
    records: readonly SignedRecord[],
    check: Check,
    known: (record: SignedRecord) => void,
    forged: (now: number) => void,
    now: number
  ): void {
    if (!exchanges.take(1, now)) return
    for (const each of records) {
      if (!this.hood.candidates.isNews(each, now) || !recordHolds(each, now)) continue
      this.check(each, check, (valid, then) => {
        if (!valid) {
          forged(then)
          return
        }
        this.hood.candidates.addSigned(detached(each), record!.id)
        known(each)
      })
    }
  }

  /** The peers of a ticket may be dialled, once they are known to have signed it. Who gave us the ticket is not judged. */
  enter(ticket: readonly SignedRecord[], check: Check, now: number): void {
    for (const each of ticket) {
      if (!this.hood.candidates.isNews(each, now) || !recordHolds(each, now)) continue
      this.check(each, check, (valid) => {
        if (valid) this.hood.candidates.addSigned(each)
      })
    }
  }

  /** Whom a newcomer may enter through: this peer, its neighbours, and others who were there not long ago. Only such as can be
   * dialled without anybody who introduces them. */
  ticket(now: number): SignedRecord[] {
    const direct = this.known(undefined, now).filter(
      ({ addresses }) => (waysTo(addresses) & ~WAY.webrtc) !== 0
    )
    return thatFit(direct)
  }

  private check(record: SignedRecord, check: Check, settle: (valid: boolean, now: number) => void): void {
    const message = recordMessage(this.options.broadcast, unsignedRecord(record))
    check(record.id, message, recordSignature(record), settle)
  }

  private renew(now: number): void {
    const { self, broadcast, isRoot } = this.options
    this.renewAt = now + RECORD_REFRESH_MS
    const issued = Math.floor(now / 1000)
    const expires = issued + (isRoot ? MAX_RECORD_SECONDS : RECORD_SECONDS)
    this.unsigned = encodeRecord({ ...self, issued, expires })
    this.emit({ type: 'sign-self', message: recordMessage(broadcast, this.unsigned) })
  }

  private tell(neighbour: Neighbour, count: number, now: number): void {
    const records = this.known(neighbour.record!.id, now).slice(0, Math.min(count, MAX_RECORDS))
    if (records.length > 0) this.hood.send(neighbour.link, { type: 'peers', records })
  }

  /** Ourselves, neighbours, and others by lot, those who signed last first; each once, and never `except`. */
  private known(except: PeerId | undefined, now: number): SignedRecord[] {
    const { candidates } = this.hood
    const near: SignedRecord[] = []
    for (const { record } of this.hood.ready()) {
      const signed = candidates.signedOf(record!.id)
      if (signed !== undefined) near.push(signed)
    }
    const far = candidates
      .signed()
      // Nobody but a neighbour of theirs could introduce those to whom one must be introduced.
      .filter((record) => !near.includes(record) && (waysTo(record.addresses) & ~WAY.webrtc) !== 0)
      .sort((a, b) => b.issued - a.issued)
    const young = far.slice(0, Math.max(MAX_RECORDS, far.length >> 1))
    const others = [...this.random.sample(near, Infinity), ...this.random.sample(young, MAX_RECORDS)]
    const all = this.own === undefined ? others : [this.own, ...others]
    return all.filter(
      (record) => recordHolds(record, now) && (except === undefined || !equal(record.id, except))
    )
  }
}
