/** Whom a peer of `feeds.ts` feeds in one stripe. */

import type { Random } from '../../../protocol/random.js'

/** Children that a full parent names. */
const MOST_NAMED = 8

export class Children {
  private readonly byLink = new Map<number, { readonly peer: number; readonly takesChildren: boolean }>()
  private readonly slots: number

  /** @param copies of the stripe that it may upload */
  constructor(copies: number) {
    this.slots = Math.floor(copies)
  }

  get isFull(): boolean {
    return this.byLink.size >= this.slots
  }

  get links(): Iterable<number> {
    return this.byLink.keys()
  }

  add(link: number, peer: number, takesChildren: boolean): void {
    this.byLink.set(link, { peer, takesChildren })
  }

  remove(link: number): void {
    this.byLink.delete(link)
  }

  has(link: number): boolean {
    return this.byLink.has(link)
  }

  includes(peer: number): boolean {
    return [...this.byLink.values()].some((child) => child.peer === peer)
  }

  /** Some that take children themselves. */
  named(random: Random): number[] {
    const able = [...this.byLink.values()].filter((child) => child.takesChildren)
    return random.sample(able, MOST_NAMED).map((child) => child.peer)
  }
}
