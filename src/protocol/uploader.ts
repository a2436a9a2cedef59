/**
 * What goes down from here: each new packet to the children, the past to a newcomer, backfill to who asks; all within
 * the upload cap.
 */

import { BACKFILL_BYTES_PER_SECOND, FAST_START_MS, UPLOAD_BURST_MS } from './limits.js'
import type { Output } from './machine.js'
import type { Show } from './media/show.js'
import type { Kept } from './media/window.js'
import { Awaited } from './tree/awaited.js'
import type { Children } from './tree/children.js'
import { hasStripe, stripeOf, type StripeSet } from './tree/stripes.js'
import { TokenBucket } from './tree/token-bucket.js'
import { DATA_HEAD_BYTES, SINCE_RECENT } from './wire/message.js'
import { PACKET_KIND } from './wire/packet.js'

/** Bytes a second in a kbit/s of 1,000 bit. */
const BYTES_PER_KBPS = 125

export class Uploader {
  /** Packets sent, packets that the cap held back, and the bytes of those sent. */
  sent = 0
  capped = 0
  bytes = 0
  /** When a packet was last passed on. */
  sentAt = -Infinity
  private readonly cap: TokenBucket | undefined
  private readonly backfill = new Map<number, TokenBucket>()
  private readonly awaited = new Awaited()
  private readonly emit: (output: Output) => void

  constructor(maxUploadKbps: number | undefined, emit: (output: Output) => void) {
    this.emit = emit
    if (maxUploadKbps !== undefined) {
      const bytesPerSecond = maxUploadKbps * BYTES_PER_KBPS
      this.cap = new TokenBucket(bytesPerSecond, (bytesPerSecond * UPLOAD_BURST_MS) / 1000, 0)
    }
  }

  /** Packets that neighbours miss and that are not here either. */
  get awaits(): number {
    return this.awaited.size
  }

  /** Passes a new packet on to all who get its stripe, but for the link that it came by. */
  relay(kept: Kept, children: Children, from: number | undefined, now: number): void {
    this.sentAt = now
    const { sequence } = kept.packet
    const waiting = this.awaited.take(sequence, now)
    for (const link of children.receiversOf(sequence)) {
      waiting?.delete(link)
      if (link !== from) this.send(link, kept, now)
    }
    for (const link of waiting ?? []) if (link !== from) this.sendWanted(link, kept, now)
  }

  /** Gives a child the past of the stripes that are new to it, so that it starts at once. Within the same share as backfill: who asks for
   * it again and again is not to get it each time. */
  startOff(link: number, added: StripeSet, since: number, show: Show<number>, now: number): void {
    const { window, stripes } = show
    const past = since === SINCE_RECENT ? window.recent(FAST_START_MS) : window.since(since)
    for (const kept of past) {
      const stripe = stripeOf(kept.packet.sequence, stripes)
      if (hasStripe(added, stripe)) this.sendWanted(link, kept, now)
    }
  }

  /** Whoever is asked to be a spare proves at once that it is fed: by the newest packet, not only by the next sample. */
  prove(link: number, { window }: Show<number>, now: number): void {
    const newest = window.get(window.newest)
    if (newest !== undefined) this.sendWanted(link, newest, now)
  }

  /** Tells a child once more that the show is over: the last packet of each stripe. */
  repeatEnd(link: number, { window, stripes }: Show<number>, now: number): void {
    for (const kept of window.since(window.newest - stripes + 1)) {
      if (kept.packet.kind === PACKET_KIND.end) this.send(link, kept, now)
    }
  }

  /** Sends again what a neighbour misses, within its share: what is here at once, and what is not as soon as it comes. */
  sendAgain(link: number, sequences: readonly number[], show: Show<number>, now: number): void {
    for (const sequence of sequences) {
      const kept = show.window.get(sequence)
      if (kept !== undefined) this.sendWanted(link, kept, now)
      else if (sequence >= show.window.floor) this.awaited.add(sequence, link, now)
    }
  }

  /** Takes so many bytes of the upload cap for something else, if it has them. */
  mayUpload(bytes: number, now: number): boolean {
    return this.cap?.take(bytes, now) !== false
  }

  forget(link: number): void {
    this.backfill.delete(link)
    this.awaited.forget(link)
  }

  private sendWanted(link: number, kept: Kept, now: number): void {
    let budget = this.backfill.get(link)
    if (budget === undefined) {
      budget = new TokenBucket(BACKFILL_BYTES_PER_SECOND, BACKFILL_BYTES_PER_SECOND, now)
      this.backfill.set(link, budget)
    }
    if (budget.take(kept.packet.bytes.length, now)) this.send(link, kept, now)
  }

  private send(link: number, kept: Kept, now: number): void {
    const packet = kept.packet.bytes
    if (this.cap?.take(packet.length, now) === false) {
      this.capped++
      return
    }
    this.sent++
    this.bytes += DATA_HEAD_BYTES + packet.length
    this.emit({ type: 'data', link, hops: Math.min(kept.hops + 1, 255), packet })
  }
}
