/** What each network may have a tracker read, however many connections it has. */

import { NETWORK_MESSAGES_BURST, NETWORK_MESSAGES_PER_SECOND } from '../limits.js'
import { TokenBucket } from '../tree/token-bucket.js'

interface Budget {
  readonly bucket: TokenBucket
  connections: number
}

export class Budgets {
  /** Of those networks alone that have connections. */
  private readonly networks = new Map<string, Budget>()

  opened(network: string | undefined, now: number): void {
    if (network === undefined) return
    const budget = this.networks.get(network)
    if (budget !== undefined) budget.connections++
    else {
      const bucket = new TokenBucket(NETWORK_MESSAGES_PER_SECOND, NETWORK_MESSAGES_BURST, now)
      this.networks.set(network, { bucket, connections: 1 })
    }
  }

  closed(network: string | undefined): void {
    if (network === undefined) return
    const budget = this.networks.get(network)
    if (budget !== undefined && --budget.connections === 0) this.networks.delete(network)
  }

  /** Whether a message is read. */
  take(network: string | undefined, now: number): boolean {
    return network === undefined || this.networks.get(network)?.bucket.take(1, now) !== false
  }
}
