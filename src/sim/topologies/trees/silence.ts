/** When a parent that brings nothing is silent: judged while the show is on, and by its pace. */

/** How often parents are looked at. */
export const WATCH_MS = 250

const SILENT_MS = 1_000
const SILENT_PACKETS = 4

export class Silence {
  private readonly packets: number
  private readonly stripes: number
  private readonly patienceMs: number
  /** Infinity before the show and towards its end. */
  private liveSince = Infinity

  /** @param packets in the whole show */
  constructor(packets: number, stripes: number, packetMs: number) {
    this.packets = packets
    this.stripes = stripes
    this.patienceMs = Math.max(SILENT_MS, SILENT_PACKETS * stripes * packetMs)
  }

  /** A packet has come, from whomever. */
  broken(sequence: number, now: number): void {
    const isEnding = sequence + SILENT_PACKETS * this.stripes >= this.packets
    this.liveSince = isEnding ? Infinity : Math.min(this.liveSince, now)
  }

  /** Who has brought nothing since then is silent. */
  since(now: number): number {
    const since = now - this.patienceMs
    return this.liveSince < since ? since : -Infinity
  }
}
