/** What must hold at every moment, whatever the scenario. A checker sees everything and changes nothing. */

import type { Input, Output } from '../../protocol/machine.js'
import type { Violation } from '../results/result.js'
import type { PeerParticipant } from '../topologies/treecast/peer-participant.js'
import { LEAD_MS, type Observer, type World } from '../world.js'

/** A run that goes wrong goes wrong often: enough to see the pattern. */
const MOST_VIOLATIONS = 100

export abstract class Checker implements Observer {
  abstract readonly name: string
  private readonly violations: Violation[]

  constructor(violations: Violation[]) {
    this.violations = violations
  }

  /** A peer of treecast has taken one input. */
  step?(participant: PeerParticipant, input: Input, outputs: readonly Output[]): void

  second?(world: World): void

  protected complain(atMs: number, peer: number, what: string): void {
    if (this.violations.length >= MOST_VIOLATIONS) return
    this.violations.push({ atS: (atMs - LEAD_MS) / 1000, peer, checker: this.name, what })
  }
}
