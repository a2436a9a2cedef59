/** Who is named to whom, and who waits until somebody has room. */

import { CANDIDATES_PER_ANSWER, PROTOCOL_VERSION, WAIT_MS } from '../limits.js'
import type { Random } from '../random.js'
import type { Message } from '../wire/message.js'
import { type Candidate, isFed, type Member, type Membership } from './membership.js'

export class Introductions {
  /** Peers named to others, since the start. */
  count = 0
  private readonly random: Random
  private readonly send: (link: number, message: Message) => void

  constructor(random: Random, send: (link: number, message: Message) => void) {
    this.random = random
    this.send = send
  }

  /** Candidates for one member; if there are none that are fed, it waits, unless it only wants spares. */
  answer(member: Member, wanted: number, except: readonly string[]): void {
    const candidates =
      wanted === 0 ? [] : this.candidatesFor(member, Math.min(wanted, CANDIDATES_PER_ANSWER), except)
    const { waiting } = member.broadcast
    const hasHost = candidates.some((each) => isFed(each) && each.freeSlots > 0)
    if (wanted > 0 && !isFed(member) && !hasHost) waiting.add(member.link)
    else waiting.delete(member.link)
    this.welcome(member, candidates)
  }

  /** Somebody has room: those who waited longest are told, as many as there is room for. */
  serveWaiting(broadcast: Membership, host: Candidate): void {
    const { waiting } = broadcast
    if (!isFed(host) || host.freeSlots === 0) return
    let room = host.freeSlots
    for (const link of [...waiting]) {
      const member = broadcast.get(link)
      if (member !== undefined && (host.waysTo & member.ways) === 0) continue
      if (room-- <= 0) break
      waiting.delete(link)
      if (member !== undefined && member.key !== host.key) {
        this.welcome(member, [
          host,
          ...this.candidatesFor(member, CANDIDATES_PER_ANSWER - 1, [host.shortKey])
        ])
      }
    }
  }

  welcome(member: Member, candidates: readonly Candidate[]): void {
    this.count += candidates.length
    const { broadcast } = member
    this.send(member.link, {
      type: 'welcome',
      version: PROTOCOL_VERSION,
      live: broadcast.isLive,
      peers: broadcast.size,
      waitMs: broadcast.waiting.has(member.link) ? WAIT_MS : 0,
      candidates: candidates.map(({ record }) => record)
    })
  }

  private candidatesFor(member: Member, count: number, except: readonly string[]): Candidate[] {
    return member.broadcast.candidatesFor(member, count, except, this.random)
  }
}
