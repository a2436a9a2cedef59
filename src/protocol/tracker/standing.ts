/** Who has been a good member for a while: it goes before newcomers when it comes again, while a tracker is busy. An id is a
 * claim, and is told to many, so it counts only from the network that it came from. */

import { MAX_STANDING, STANDING_AFTER_MS, STANDING_MS } from '../limits.js'
import type { Member } from './membership.js'

export class Standing {
  /** Until when, the oldest first. */
  private readonly until = new Map<string, number>()

  /** A member says that it is still here. */
  renewed(member: Member, now: number): void {
    if (now - member.joinedAt < STANDING_AFTER_MS) return
    const key = keyOf(member.key, member.network)
    this.until.delete(key)
    this.until.set(key, now + STANDING_MS)
    if (this.until.size > MAX_STANDING) this.until.delete(this.until.keys().next().value!)
  }

  has(idKey: string, network: string | undefined, now: number): boolean {
    return (this.until.get(keyOf(idKey, network)) ?? 0) > now
  }
}

function keyOf(idKey: string, network: string | undefined): string {
  return `${idKey}@${network ?? ''}`
}
