/**
 * When nothing comes at all. A stripe stalls when others go on without it; where all come by one feed, or all feeds fail at once,
 * nothing is left to compare with, and the show itself may have paused. So others are asked for what would be next: whoever
 * has it makes the show go on here, and the stall is seen. Nobody has it while the show pauses, and the pauses between two
 * questions grow.
 */

import { MAX_PROBE_MS, SILENCE_MS } from '../limits.js'

/** Sequences in a question: nearly a second of the show. */
const PROBED_PACKETS = 8

/** Who has never heard anything may have fallen among liars, who grant everything and send nothing: so many rounds follow without
 * longer pauses. Who is early for the show asks in vain as often. */
const EAGER_ROUNDS = 8

export class Silence {
  private heardAt: number
  private probedAt = -Infinity
  private probes = 0
  private eagerRounds = EAGER_ROUNDS
  /** Links that were asked in this round. */
  private readonly asked = new Set<number>()

  constructor(now: number) {
    this.heardAt = now
  }

  /** Something came, or this peer was held up and nothing could come. */
  broken(now: number): void {
    this.heardAt = now
    this.eagerRounds = 0
    if (this.probes === 0) return
    this.probes = 0
    this.asked.clear()
  }

  lasts(now: number): boolean {
    return now >= this.heardAt + SILENCE_MS
  }

  /** When the next round of questions begins. */
  get nextProbe(): number {
    if (this.probes === 0) return this.heardAt + SILENCE_MS
    return (
      this.probedAt + Math.min(SILENCE_MS * 2 ** Math.max(1, this.probes - this.eagerRounds), MAX_PROBE_MS)
    )
  }

  /** Whether nothing has ever come, and that for long enough to look for others. */
  get isEager(): boolean {
    return this.probes > 0 && this.probes < this.eagerRounds
  }

  /** Begins a round, if it is time for one. @returns when the round before it began: who gave nothing since then has nothing */
  begin(now: number): number | undefined {
    if (now < this.nextProbe) return undefined
    const before = this.probes === 0 ? undefined : this.probedAt
    this.probedAt = now
    this.probes++
    this.asked.clear()
    return before
  }

  /** Whether this link is to be asked now: each once a round, newcomers at once. */
  asks(link: number, now: number): boolean {
    if (!this.lasts(now) || this.asked.has(link)) return false
    this.asked.add(link)
    return true
  }

  /** What is asked for. */
  probe(newest: number): number[] {
    return Array.from({ length: PROBED_PACKETS }, (_, i) => newest + 1 + i)
  }
}
