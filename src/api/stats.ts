/** What listeners and broadcasts tell about themselves once a second. */

import type { Peer } from '../protocol/peer.js'
import type { PeerStats } from '../protocol/peer-options.js'
import { keyToText } from '../protocol/wire/broadcast.js'
import { shortId } from '../protocol/wire/record.js'
import type { Driver } from '../runtime/driver.js'

/** How often statistics are told; ms. */
export const STATS_INTERVAL_MS = 1_000

export interface Stats extends Omit<PeerStats, 'links'> {
  /** This peer's short id, as its children see it in their `feeds`. */
  readonly id: string
  /** For each stripe the short id of the peer that feeds it; null while nobody does. Empty at the origin. */
  readonly feeds: readonly (string | null)[]
  /** Open links by transport: `libp2p-tcp`, `websocket` (a tracker's)… */
  readonly links: Readonly<Record<string, number>>
}

export function statsOf(id: Uint8Array, peer: Peer, driver: Driver): Stats {
  return {
    id: shortText(id),
    ...peer.stats(),
    links: driver.linkCounts(),
    feeds: peer.parentIds().map((parent) => (parent === undefined ? null : shortText(parent)))
  }
}

/** A peer's short id for people and programs. */
export function shortText(id: Uint8Array): string {
  return keyToText(shortId(id))
}
