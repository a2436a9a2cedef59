/** The packets that a peer of the pull mesh has, and those that it wants. */

/** Packets in a buffer map, as many as CoolStreaming's has. */
export const WINDOW = 120

/** As partners show it. */
export interface BufferMap {
  readonly newest: number
  readonly packets: ReadonlySet<number>
}

export const EMPTY_MAP: BufferMap = { newest: -1, packets: new Set() }

export class Buffer {
  /** Links that each has passed. */
  private readonly packets = new Map<number, number>()
  private readonly bufferMs: number
  private readonly packetMs: number
  private newest = -1
  /** Where this peer begins, and when it got its first packet. */
  private from: number | undefined
  private begunAt: number | undefined

  constructor(bufferMs: number, packetMs: number) {
    this.bufferMs = bufferMs
    this.packetMs = packetMs
  }

  has(packet: number): boolean {
    return this.packets.has(packet) || packet <= this.newest - WINDOW
  }

  /** @returns those that are there, with the links that they have passed */
  held(packets: readonly number[]): [packet: number, hops: number][] {
    return packets
      .filter((packet) => this.packets.has(packet))
      .map((packet) => [packet, this.packets.get(packet)!])
  }

  add(packet: number, hops: number, now: number): void {
    this.begunAt ??= now
    this.packets.set(packet, hops)
    this.newest = Math.max(this.newest, packet)
    for (const oldest of this.packets.keys()) {
      if (oldest > this.newest - WINDOW) break
      this.packets.delete(oldest)
    }
  }

  map(): BufferMap {
    return { newest: this.newest, packets: new Set(this.packets.keys()) }
  }

  /** @returns what is missing up to the newest that anybody has, with the ms until each is due */
  wanted(newest: number, now: number): Map<number, number> {
    const wanted = new Map<number, number>()
    if (newest < 0) return wanted
    this.from ??= Math.max(0, newest + 1 - Math.floor(this.bufferMs / this.packetMs))
    const begunAt = this.begunAt ?? now
    for (let packet = Math.max(this.from, newest + 1 - WINDOW); packet <= newest; packet++) {
      const leftMs = begunAt + this.bufferMs + (packet - this.from) * this.packetMs - now
      if (leftMs > 0 && !this.has(packet)) wanted.set(packet, leftMs)
    }
    return wanted
  }
}
