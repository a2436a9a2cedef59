/** The group keys that a peer knows: which one a packet is encrypted with. */

import type { GroupKey } from '../wire/group-key.js'

/** A key whose signature holds. */
export interface KnownKey extends GroupKey {
  readonly epoch: number
}

/** One is used, one is announced, and of those before packets may still come. */
const MAX_KEYS = 8

export class GroupKeys {
  /** In their order. */
  private readonly keys: KnownKey[] = []

  /** Those that whoever enters has to know, in their order. */
  get all(): readonly KnownKey[] {
    return this.keys.slice(-2)
  }

  get newest(): KnownKey | undefined {
    return this.keys.at(-1)
  }

  /** Whether this one is of a later epoch, or generation, than all that are known. */
  isNews(epoch: number, generation: number): boolean {
    const { newest } = this
    if (newest === undefined) return true
    return epoch > newest.epoch || (epoch === newest.epoch && generation > newest.generation)
  }

  add(key: KnownKey): void {
    this.keys.push(key)
    if (this.keys.length > MAX_KEYS) this.keys.shift()
  }

  /** A show has begun anew: those of epochs before are of another. */
  begin(epoch: number): void {
    while (this.keys[0] !== undefined && this.keys[0].epoch < epoch) this.keys.shift()
  }

  /** @returns undefined where the key is not here yet. */
  of(epoch: number, sequence: number): KnownKey | undefined {
    for (let i = this.keys.length - 1; i >= 0; i--) {
      const key = this.keys[i]!
      if (key.epoch <= epoch && key.first <= sequence) return key
    }
    return undefined
  }
}
