import type { Input, Output } from '../../protocol/machine.js'
import { BEGIN_MS } from '../clock.js'
import type { Member } from '../member.js'
import { hostOf } from '../topologies/treecast/broadcast.js'
import type { PeerParticipant } from '../topologies/treecast/peer-participant.js'
import { Checker } from './checker.js'

/** No honest peer is banned by another, whatever others make it pass on. */
export class BansChecker extends Checker {
  readonly name = 'bans'
  private readonly hostile = new Set<number>()

  joined({ self, hostility }: Member): void {
    if (hostility !== undefined) this.hostile.add(self)
  }

  override step({ host }: PeerParticipant, _input: Input, outputs: readonly Output[]): void {
    if (host.hostility !== undefined) return
    for (const output of outputs) {
      if (output.type !== 'notice' || output.notice.event !== 'banned') continue
      const { peer, why } = output.notice
      if (!this.hostile.has(hostOf(peer)))
        this.complain(host.now - BEGIN_MS, host.self, `banned ${hostOf(peer)}, who is honest: ${why}`)
    }
  }
}
