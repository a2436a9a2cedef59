/** Inputs that are nearly right: what gets past a parser's first look. */

import type { Random } from '../../src/protocol/random.js'

/** One in so many is made up from nothing. */
const MADE_UP = 20

/** The longest of those. */
const MADE_UP_BYTES = 200

const EDGES = [0, 1, 0x7f, 0x80, 0xff]

/** Changes some bytes, cuts off some, doubles some, or makes it all up. */
export function mutate(given: Uint8Array, random: Random): Uint8Array {
  if (random.below(MADE_UP) === 0)
    return Uint8Array.from({ length: random.below(MADE_UP_BYTES) }, () => random.below(256))
  let result: Uint8Array = given.slice()
  for (let times = random.below(4); times >= 0; times--) {
    const at = random.below(result.length + 1)
    switch (random.below(5)) {
      case 0:
        result[at] = random.below(256)
        break
      case 1:
        result[at]! ^= 1 << random.below(8)
        break
      case 2:
        result = result.subarray(0, at)
        break
      case 3:
        result = joined(result.subarray(0, at), result.subarray(random.below(at + 1)))
        break
      default:
        result[at] = EDGES[random.below(EDGES.length)]!
    }
  }
  return result
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}
