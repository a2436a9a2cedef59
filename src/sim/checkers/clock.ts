import type { Input } from '../../protocol/machine.js'
import { BEGIN_MS } from '../clock.js'
import type { PeerParticipant } from '../topologies/treecast/peer-participant.js'
import { Checker } from './checker.js'

/** Time never runs backwards for anybody. */
export class ClockChecker extends Checker {
  readonly name = 'clock'
  private readonly lastOf = new WeakMap<PeerParticipant, number>()

  override step(participant: PeerParticipant, input: Input): void {
    const { host } = participant
    const { now } = host
    const last = this.lastOf.get(participant) ?? -Infinity
    if (now < last)
      this.complain(now - BEGIN_MS, host.self, `a ${input.type} ${last - now} ms before the last`)
    this.lastOf.set(participant, now)
  }
}
