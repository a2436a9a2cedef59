import type { Input, Output } from '../../protocol/machine.js'
import { BEGIN_MS } from '../clock.js'
import type { PeerParticipant } from '../topologies/treecast/peer-participant.js'
import { Checker } from './checker.js'

interface Memory {
  readonly checking: Map<number, ArrayBufferLike>
  readonly verified: WeakSet<ArrayBufferLike>
}

/** No honest peer passes on or plays what it has not verified itself. */
export class VerifiedChecker extends Checker {
  readonly name = 'verified'
  private readonly memories = new WeakMap<PeerParticipant, Memory>()

  override step(participant: PeerParticipant, input: Input, outputs: readonly Output[]): void {
    if (participant.host.isOrigin || participant.host.hostility !== undefined) return
    let memory = this.memories.get(participant)
    if (memory === undefined) {
      memory = { checking: new Map(), verified: new WeakSet() }
      this.memories.set(participant, memory)
    }
    if (input.type === 'verified') {
      const buffer = memory.checking.get(input.check)
      memory.checking.delete(input.check)
      if (input.valid && buffer !== undefined) memory.verified.add(buffer)
    }
    for (const output of outputs) {
      if (output.type === 'verify') memory.checking.set(output.check, output.signature.buffer)
      else if (output.type === 'data' && !memory.verified.has(output.packet.buffer)) {
        const { host } = participant
        this.complain(host.now - BEGIN_MS, host.self, 'passed on a packet that it had not verified')
      } else if (output.type === 'play' && output.item.type === 'audio') {
        const isVerified = output.item.frames.every(({ data }) => memory.verified.has(data.buffer))
        if (!isVerified)
          this.complain(
            participant.host.now - BEGIN_MS,
            participant.host.self,
            'played what it had not verified'
          )
      }
    }
  }
}
