/** A tracker's part in what several share: what its machine has for the others goes to the store, and what they have comes in. */

import type { Tracker, TrackerInput, TrackerShare } from '../protocol/tracker.js'
import { now } from '../runtime/clock.js'
import type { Admission } from './admission.js'
import type { Log } from './log.js'
import type { TrackerServerStats } from './server.js'
import type { Store, StoreSession, StoreState } from './store/store.js'

export class Sharing {
  readonly session: StoreSession
  private readonly machine: Tracker
  private readonly give: (input: TrackerInput) => void
  private state: { readonly name: StoreState; readonly since: number; readonly why: string }

  constructor(
    store: Store,
    machine: Tracker,
    admission: Admission,
    log: Log,
    give: (input: TrackerInput) => void
  ) {
    this.machine = machine
    this.give = give
    this.state = { name: 'away', since: now(), why: 'not reached yet' }
    this.session = store.attach({
      members: () => machine.sharedMembers(),
      broadcasts: () => machine.broadcastKeys(),
      onElsewhere: (broadcast, elsewhere) => give({ type: 'elsewhere', broadcast, elsewhere }),
      onSignal: (broadcast, bytes) => give({ type: 'carried', broadcast, bytes }),
      onBan: (address, forMs) => admission.ban(address, now() + forMs),
      onState: (name, why) => {
        this.state = { name, since: now(), why }
        if (name === 'here') log.info({}, 'the store is here')
        else log.warn({ why }, `the store is away; going on with what is known, and trying again: ${why}`)
      }
    })
  }

  /** Tells the others what the machine has for them. */
  flush(): void {
    for (const share of this.machine.takeShared()) {
      if (share.type === 'member') this.session.tell(share)
      else void this.carry(share)
    }
  }

  stats(): Required<Pick<TrackerServerStats, 'everywhere' | 'store'>> {
    const { name: state, why } = this.state
    return {
      everywhere: this.machine.broadcastStats().reduce(
        (sum, { peers, listeners }) => ({
          peers: sum.peers + peers,
          listeners: sum.listeners + listeners
        }),
        { peers: 0, listeners: 0 }
      ),
      store: {
        state,
        forSeconds: this.forSeconds,
        ...(state === 'away' ? { why } : {}),
        ...this.session.stats
      }
    }
  }

  /** For `/readyz`. Ready without a store as well: if all trackers were taken out of service when it is away, the shows would lose
   * them all. */
  readiness(): object {
    const { name: store, why } = this.state
    if (store === 'here') return { status: 'ready', store }
    return { status: 'degraded', store, awaySeconds: this.forSeconds, why }
  }

  private get forSeconds(): number {
    return Math.round((now() - this.state.since) / 1000)
  }

  private async carry({
    broadcast,
    to,
    bytes,
    link
  }: Extract<TrackerShare, { type: 'carry' }>): Promise<void> {
    const count = await this.session.carry(broadcast, to, bytes)
    if (count === 0 && link !== undefined) this.give({ type: 'nobody', link, peer: to })
  }
}
