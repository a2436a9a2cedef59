/** treecast itself: striped trees of the real protocol's peers and trackers. */

import type { Input, Output } from '../../../protocol/machine.js'
import type { Host, Setting, Topology } from '../../topology.js'
import { simulatedBroadcast } from './broadcast.js'
import { HostileParticipant } from './hostile-participant.js'
import { type Company, PeerParticipant } from './peer-participant.js'
import { modelledSignatures, type Signatures } from './signatures.js'
import { TrackerParticipant } from './tracker-participant.js'

export interface TreecastOptions {
  /** Default: modelled ones. */
  readonly signatures?: Signatures
  /** Instead of the defaults that listeners run. */
  readonly parents?: number
  readonly spares?: number
  readonly onStep?: (participant: PeerParticipant, input: Input, outputs: readonly Output[]) => void
}

export function treecast(options: TreecastOptions = {}): Topology {
  const { signatures = modelledSignatures, onStep, ...tree } = options
  const companies = new WeakMap<Setting, Company>()
  const companyOf = (setting: Setting): Company => {
    let company = companies.get(setting)
    if (company === undefined) {
      const { name, show } = setting.scenario
      company = {
        setting,
        broadcast: simulatedBroadcast(signatures, setting.seed, name, show.stripes),
        signatures,
        messages: new WeakMap(),
        verdicts: new WeakMap(),
        hostile: new Set(),
        tree,
        ...(onStep === undefined ? {} : { onStep })
      }
      companies.set(setting, company)
    }
    return company
  }
  return {
    name: 'striped',
    about:
      'What listeners run: each stripe down a tree of its own, spares linked ahead, holes asked for again.',
    join: (host: Host, setting: Setting) => {
      const Kind = host.hostility === undefined ? PeerParticipant : HostileParticipant
      return new Kind(host, companyOf(setting))
    },
    track: (host: Host) => new TrackerParticipant(host)
  }
}
