/** Brings members' signals to members of the same broadcast, here and at trackers that share, and says for which of their candidates
 * this tracker vouches. */

import { equal, WireError } from '../wire/cursor.js'
import type { Signal } from '../wire/message.js'
import { decodeMessages, encodeMessage } from '../wire/tracker-side.js'
import { allowedIn, type IceCheck } from './ice-check.js'
import type { TrackerOutput, TrackerShare } from './machine.js'
import type { Member, Membership } from './membership.js'

export class Switchboard {
  /** Signals that members gave, since the start. */
  count = 0
  private readonly emit: (output: TrackerOutput) => void
  private readonly share: ((share: TrackerShare) => void) | undefined
  private readonly check: IceCheck

  /** @param share tells other trackers; undefined where there are none */
  constructor(
    emit: (output: TrackerOutput) => void,
    share: ((share: TrackerShare) => void) | undefined,
    check: IceCheck
  ) {
    this.emit = emit
    this.share = share
    this.check = check
  }

  /** @returns false if nobody here or elsewhere is known by that id */
  bring(member: Member, signal: Signal): boolean {
    if (!equal(signal.from, member.record.id)) throw new WireError('a SIGNAL in the name of another')
    this.count++
    const { broadcast, address } = member
    const addressees = broadcast.addressees(signal.to)
    for (const { link, address: theirs } of addressees)
      this.emit({ type: 'send', link, bytes: this.vouched(signal, address, theirs) })
    const isHere = addressees.size > 0
    if (this.share === undefined || (isHere && !broadcast.isElsewhere(signal.to))) return isHere
    // Views into one received message are on their way for longer than that. Where the partner came from is known elsewhere.
    const to = signal.to.slice()
    const bytes = this.vouched(signal, address, undefined)
    this.share({ type: 'carry', broadcast: broadcast.key, to, bytes, link: isHere ? undefined : member.link })
    return true
  }

  /** Another tracker was given a signal for one of ours, and has said for what it vouches. */
  carried(broadcast: Membership | undefined, bytes: Uint8Array): void {
    const [signal] = decodeMessages(bytes)
    if (signal?.type !== 'signal' || broadcast === undefined) return
    for (const { link } of broadcast.addressees(signal.to)) this.emit({ type: 'send', link, bytes })
  }

  private vouched(signal: Signal, from: string | undefined, to: string | undefined): Uint8Array {
    return encodeMessage({ ...signal, allowed: allowedIn(signal.body, from, to, this.check) })
  }
}
