/** Who feeds a peer of `feeds.ts` in one stripe. */

import type { Path } from './messages.js'

/** For each peer above it a child is more patient with a parent, so that who is next to a fault moves first, ms. */
const PATIENCE_MS = 100

interface Feeder {
  readonly peer: number
  path: Path
  /** When it last brought a packet, or told its path. */
  heardAt: number
}

export class Parents {
  /** By link, the oldest first. */
  private readonly byLink = new Map<number, Feeder>()

  get count(): number {
    return this.byLink.size
  }

  get peers(): number[] {
    return [...this.byLink.values()].map(({ peer }) => peer)
  }

  /** Of the oldest that is fed. */
  get path(): Path {
    return [...this.byLink.values()].find(({ path }) => path !== undefined)?.path
  }

  add(link: number, peer: number): void {
    this.byLink.set(link, { peer, path: undefined, heardAt: -Infinity })
  }

  /** @returns whether there was one */
  remove(link: number): boolean {
    return this.byLink.delete(link)
  }

  has(link: number): boolean {
    return this.byLink.has(link)
  }

  /** A parent has brought something. */
  heard(link: number, now: number): void {
    const parent = this.byLink.get(link)
    if (parent !== undefined) parent.heardAt = now
  }

  move(link: number, path: Path, now: number): void {
    const parent = this.byLink.get(link)
    if (parent !== undefined) Object.assign(parent, { path, heardAt: now })
  }

  /** Links of those who have brought nothing since then, or a while before for those far down. */
  silent(since: number): number[] {
    return [...this.byLink]
      .filter(([, { path, heardAt }]) => heardAt < since - PATIENCE_MS * (path?.length ?? 0))
      .map(([link]) => link)
  }
}
