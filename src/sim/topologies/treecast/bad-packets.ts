/** Packets that no honest peer sends, made of those that it has got. */

import type { Random } from '../../../protocol/random.js'
import type { Hostility } from '../../scenario/scenario.js'

/** What is made up, rather than withheld. */
export type Pollution = Extract<Hostility, 'forge' | 'flip' | 'replay' | 'old' | 'future' | 'jump'>

/** Where a packet has its sequence: behind kind and epoch, and two bytes that are zero for a day. */
const SEQUENCE_AT = 7

const SIGNATURE_BYTES = 64

/** What lies so far back is older than any window: 10 s, of packets of 20 ms. */
const OLD = 600

/** For `jump`. */
const FAR = 2 ** 24

/** How many are kept: enough for `old`. */
const KEPT = 2 * OLD

const REPLAYED = 10

export class BadPackets {
  private readonly how: Pollution
  private readonly random: Random
  private readonly kept: Uint8Array[] = []

  constructor(how: Pollution, random: Random) {
    this.how = how
    this.random = random
  }

  /** What a packet that has just come is turned into. */
  of(packet: Uint8Array): Uint8Array[] {
    this.kept.push(packet)
    if (this.kept.length > KEPT) this.kept.shift()
    switch (this.how) {
      case 'forge': {
        const forged = packet.slice()
        for (let at = forged.length - SIGNATURE_BYTES; at < forged.length - 1; at++)
          forged[at] = this.random.below(256)
        return [forged]
      }
      case 'flip': {
        const flipped = packet.slice()
        flipped[this.random.below(flipped.length - 1)]! ^= 1 << this.random.below(8)
        return [flipped]
      }
      case 'replay':
        return Array.from({ length: REPLAYED }, () => this.kept.at(-1 - this.random.below(REPLAYED))).filter(
          (each) => each !== undefined
        )
      case 'old':
        return [this.kept.at(-OLD) ?? this.kept[0]!]
      case 'future':
        return [moved(packet, 1 + this.random.below(OLD))]
      case 'jump':
        return [moved(packet, FAR)]
    }
  }
}

function moved(packet: Uint8Array, by: number): Uint8Array {
  const changed = packet.slice()
  const view = new DataView(changed.buffer)
  view.setUint32(SEQUENCE_AT, view.getUint32(SEQUENCE_AT) + by)
  return changed
}
