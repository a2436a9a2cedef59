/** How many there are of each address and of each network, of those whose address says anything about them. */

import { isPrivate } from '../protocol/wire/ice.js'
import { networkOf } from './networks.js'

export interface CrowdingLimits {
  readonly ofAddress: number
  readonly ofNetwork: number
}

export class Crowding {
  private readonly limits: CrowdingLimits
  private readonly countsPrivate: boolean
  private readonly counts = new Map<string, number>()

  /** @param countsPrivate whether loopback and private networks are people too */
  constructor(limits: CrowdingLimits, countsPrivate: boolean) {
    this.limits = limits
    this.countsPrivate = countsPrivate
  }

  /** Whether there are as many as there may be. */
  isFull(address: string): boolean {
    if (!this.isCounted(address)) return false
    const { ofAddress, ofNetwork } = this.limits
    return this.of(address) >= ofAddress || this.of(networkOf(address)) >= ofNetwork
  }

  came(address: string): void {
    this.count(address, 1)
  }

  went(address: string): void {
    this.count(address, -1)
  }

  private of(key: string): number {
    return this.counts.get(key) ?? 0
  }

  private isCounted(address: string): boolean {
    return address !== '' && (this.countsPrivate || !isPrivate(address))
  }

  private count(address: string, change: number): void {
    if (!this.isCounted(address)) return
    for (const key of [address, networkOf(address)]) {
      const count = this.of(key) + change
      if (count > 0) this.counts.set(key, count)
      else this.counts.delete(key)
    }
  }
}
