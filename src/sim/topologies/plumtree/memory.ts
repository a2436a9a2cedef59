/** Packets that a peer of Plumtree has had, to tell new ones from old ones and to give them to who grafts. */

const REMEMBERED = 500

export class Memory {
  /** Links that each has passed. */
  private readonly hops = new Map<number, number>()

  has(packet: number): boolean {
    return this.hops.has(packet)
  }

  hopsOf(packet: number): number | undefined {
    return this.hops.get(packet)
  }

  add(packet: number, hops: number): void {
    this.hops.set(packet, hops)
    const [oldest] = this.hops.keys()
    if (this.hops.size > REMEMBERED) this.hops.delete(oldest!)
  }
}
