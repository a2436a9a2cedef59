/** A newcomer's ticket: kept back while a tracker may still answer, for whoever a tracker places is placed better. */

import { TICKET_PATIENCE_MS } from '../limits.js'
import type { SignedRecord } from '../wire/signed-record.js'
import type { Discovery } from './discovery.js'

export class Entrance {
  private readonly discovery: Discovery
  private ticket: readonly SignedRecord[]
  private waitUntil = Infinity

  constructor(ticket: readonly SignedRecord[] | undefined, discovery: Discovery) {
    this.ticket = ticket ?? []
    this.discovery = discovery
  }

  begin(now: number): void {
    this.waitUntil = now + TICKET_PATIENCE_MS
  }

  /** The ticket, if its time has come; once. */
  take(isHungry: boolean, now: number): readonly SignedRecord[] {
    const { ticket, discovery } = this
    const isTime = discovery.hasFailed || (now >= this.waitUntil && discovery.isOfNoHelp)
    if (ticket.length === 0 || !isHungry || !isTime) return []
    this.ticket = []
    return ticket
  }

  nextDeadline(now: number): number {
    return this.ticket.length > 0 && now < this.waitUntil ? this.waitUntil : Infinity
  }
}
