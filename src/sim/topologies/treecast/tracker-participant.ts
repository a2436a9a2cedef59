/** The tracker that peers of treecast ask, as a participant: `Tracker` of the protocol, unchanged. */

import { Tracker, type TrackerOutput } from '../../../protocol/tracker.js'
import type { Host, Participant } from '../../topology.js'

export class TrackerParticipant implements Participant {
  private readonly host: Host
  private readonly tracker: Tracker

  constructor(host: Host) {
    this.host = host
    this.tracker = new Tracker({ seed: host.random.uint32() })
  }

  linked(link: number): void {
    this.carryOut(this.tracker.step({ type: 'opened', link }, this.host.now))
  }

  unlinked(link: number): void {
    this.carryOut(this.tracker.step({ type: 'closed', link }, this.host.now))
  }

  received(link: number, message: unknown): void {
    this.carryOut(this.tracker.step({ type: 'received', link, bytes: message as Uint8Array }, this.host.now))
  }

  packet(): void {
    // Nobody sends packets to a tracker.
  }

  woken(): void {
    this.carryOut(this.tracker.step({ type: 'tick' }, this.host.now))
  }

  private carryOut(outputs: readonly TrackerOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'close') this.host.close(output.link)
      else if (output.type === 'send') this.host.send(output.link, output.bytes, output.bytes.length)
    }
    this.host.wakeAt(this.tracker.nextDeadline())
  }
}
