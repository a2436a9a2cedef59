/** Brings members' signals to members of the same broadcast, here and at trackers that share. */

import { equal, WireError } from '../wire/cursor.js'
import type { Signal } from '../wire/message.js'
import { decodeMessages } from '../wire/tracker-side.js'
import type { TrackerOutput, TrackerShare } from './machine.js'
import type { Member, Membership } from './membership.js'

export class Switchboard {
  /** Signals that members gave, since the start. */
  count = 0
  private readonly emit: (output: TrackerOutput) => void
  private readonly share: ((share: TrackerShare) => void) | undefined

  /** @param share tells other trackers; undefined where there are none */
  constructor(emit: (output: TrackerOutput) => void, share: ((share: TrackerShare) => void) | undefined) {
    this.emit = emit
    this.share = share
  }

  /** @returns false if nobody here or elsewhere is known by that id */
  bring(member: Member, signal: Signal, bytes: Uint8Array): boolean {
    if (!equal(signal.from, member.record.id)) throw new WireError('a SIGNAL in the name of another')
    this.count++
    const { broadcast } = member
    const isHere = this.give(broadcast, signal, bytes)
    if (this.share === undefined || (isHere && !broadcast.isElsewhere(signal.to))) return isHere
    // The bytes are views into one received message, and are on their way for longer than that.
    const to = signal.to.slice()
    this.share({ type: 'carry', broadcast: broadcast.key, to, bytes, link: isHere ? undefined : member.link })
    return true
  }

  /** Another tracker was given a signal for one of ours. */
  carried(broadcast: Membership | undefined, bytes: Uint8Array): void {
    const [signal] = decodeMessages(bytes)
    if (signal?.type === 'signal' && broadcast !== undefined) this.give(broadcast, signal, bytes)
  }

  private give(broadcast: Membership, signal: Signal, bytes: Uint8Array): boolean {
    const addressees = broadcast.addressees(signal.to)
    for (const { link } of addressees) this.emit({ type: 'send', link, bytes })
    return addressees.size > 0
  }
}
