/** What a peer of GossipSub remembers of messages, heartbeat by heartbeat: `mcache` and `seen` of the specification in one. */

export const HEARTBEAT_MS = 1_000
const MCACHE_LENGTH = 5
const MCACHE_GOSSIP = 3
/** `seen_ttl` is two minutes, a heartbeat one second. */
const SEEN_LENGTH = 120

export class Cache {
  /** By heartbeat, the newest first: ids, and the links that each had passed. */
  private readonly windows = [new Map<number, number>()]
  private readonly seen = new Set<number>()

  put(id: number, hops: number): void {
    this.seen.add(id)
    this.windows[0]!.set(id, hops)
  }

  hasSeen(id: number): boolean {
    return this.seen.has(id)
  }

  unseen(ids: readonly number[]): number[] {
    return ids.filter((id) => !this.seen.has(id))
  }

  /** @returns those that can be given, with the links that they have passed */
  held(ids: readonly number[]): [id: number, hops: number][] {
    const held = new Map(this.windows.slice(0, MCACHE_LENGTH).flatMap((window) => [...window]))
    return ids.filter((id) => held.has(id)).map((id) => [id, held.get(id)!])
  }

  gossipIds(): number[] {
    return this.windows.slice(0, MCACHE_GOSSIP).flatMap((window) => [...window.keys()])
  }

  shift(): void {
    this.windows.unshift(new Map())
    if (this.windows.length <= SEEN_LENGTH) return
    for (const id of this.windows.pop()!.keys()) this.seen.delete(id)
  }
}
