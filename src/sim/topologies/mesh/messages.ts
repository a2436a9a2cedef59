/** What partners of the pull mesh say, and what it takes on the wire. */

import { type BufferMap, WINDOW } from './buffer.js'

export type Message =
  | { readonly type: 'map'; readonly map: BufferMap }
  | { readonly type: 'want'; readonly packets: readonly number[] }

/** Maps and requests alike: a bit a packet, the first one's number, and the type. */
export const MAP_BYTES = WINDOW / 8 + 4 + 1
