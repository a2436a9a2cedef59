/** Gives neighbours what they recall from the archive, as fast as is fair: the live show comes first. */

import {
  LENDING_MS,
  LENT_BYTES_PER_SECOND,
  LENT_IN_ALL_BYTES_PER_SECOND,
  PAST_BYTES,
  RECALL_BYTES
} from '../limits.js'
import type { Packet } from '../wire/packet.js'
import { type Past, PAST_PACKET_HEAD_BYTES, type Recall } from '../wire/past-message.js'
import { TokenBucket } from '../tree/token-bucket.js'
import type { Archive } from './archive.js'

interface Account {
  readonly budget: TokenBucket
  askedAt: number
}

export class Lender {
  private readonly archive: Archive
  /** Whether the upload cap allows so many bytes more. */
  private readonly mayUpload: (bytes: number, now: number) => boolean
  private readonly accounts = new Map<number, Account>()
  private inAll: TokenBucket | undefined

  constructor(archive: Archive, mayUpload: (bytes: number, now: number) => boolean) {
    this.archive = archive
    this.mayUpload = mayUpload
  }

  /** Whether this neighbour has recalled something a while ago. */
  isLendingTo(link: number, now: number): boolean {
    return now < (this.accounts.get(link)?.askedAt ?? -Infinity) + LENDING_MS
  }

  lost(link: number): void {
    this.accounts.delete(link)
  }

  /** Answers a RECALL, in several messages where it is long. */
  answer(link: number, recall: Recall, now: number): Past[] {
    const account = this.accountOf(link, now)
    account.askedAt = now
    const found = this.find(recall)
    const granted: Packet[] = []
    let bytes = 0
    for (const packet of found) {
      const size = packet.bytes.length + PAST_PACKET_HEAD_BYTES
      if (bytes + size > RECALL_BYTES || !this.mayLend(account, size, now)) break
      bytes += size
      granted.push(packet)
    }
    return inMessages(recall.request, granted, found.length > 0 && granted.length === 0)
  }

  private find({ by, from, count }: Recall): Packet[] {
    const first = by === 'time' ? this.archive.at(from) : from
    const packets: Packet[] = []
    if (first === undefined) return packets
    for (
      let at = this.archive.next(first);
      at !== undefined && at < first + count;
      at = this.archive.next(at + 1)
    )
      packets.push(this.archive.get(at)!)
    return packets
  }

  private mayLend({ budget }: Account, bytes: number, now: number): boolean {
    const rate = LENT_IN_ALL_BYTES_PER_SECOND
    this.inAll ??= new TokenBucket(rate, rate, now)
    return budget.take(bytes, now) && this.inAll.take(bytes, now) && this.mayUpload(bytes, now)
  }

  private accountOf(link: number, now: number): Account {
    let account = this.accounts.get(link)
    if (account === undefined) {
      account = { budget: new TokenBucket(LENT_BYTES_PER_SECOND, LENT_BYTES_PER_SECOND, now), askedAt: now }
      this.accounts.set(link, account)
    }
    return account
  }
}

function inMessages(request: number, packets: readonly Packet[], busy: boolean): Past[] {
  const parts: Uint8Array[][] = [[]]
  let bytes = 0
  for (const packet of packets) {
    bytes += packet.bytes.length
    if (bytes > PAST_BYTES && parts.at(-1)!.length > 0) {
      parts.push([])
      bytes = packet.bytes.length
    }
    parts.at(-1)!.push(packet.bytes)
  }
  return parts.map((part, i) => ({ type: 'past', request, more: i < parts.length - 1, busy, packets: part }))
}
