/** What listeners and broadcasts tell about themselves once a second. */

import { UNFED_DEPTH } from '../protocol/tree/feeds.js'
import type { PeerStats } from '../protocol/peer-options.js'
import { keyToText } from '../protocol/wire/broadcast.js'
import { shortId } from '../protocol/wire/record.js'
import type { WebRtcState } from '../runtime/platform.js'
import type { RunningPeer } from './start-peer.js'

/** How often statistics are told; ms. */
export const STATS_INTERVAL_MS = 1_000

/** A peer that is linked with this one. */
export interface LinkStats {
  /** Its short id. */
  readonly id: string
  readonly transport: string
  readonly isOrigin: boolean
  /** Links between the origin and it; null while nobody feeds it. */
  readonly depth: number | null
  /** Stripes that it sends to this peer. */
  readonly feeds: readonly number[]
  /** Stripes that this peer sends to it. */
  readonly fed: readonly number[]
  /** It sends samples, ready to become a parent. */
  readonly isSpare: boolean
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface Stats extends Omit<PeerStats, 'links'> {
  /** This peer's short id, as its children see it in their `feeds`. */
  readonly id: string
  /** For each stripe the short id of the peer that feeds it; null while nobody does. Empty at the origin. */
  readonly feeds: readonly (string | null)[]
  /** For each stripe the short ids of those through whom it comes, the origin first and the parent last. */
  readonly paths: readonly (readonly string[] | null)[]
  /** Open links by transport: `libp2p-tcp`, `libp2p-ws`, `webrtc`, `websocket` (a tracker's). */
  readonly links: Readonly<Record<string, number>>
  readonly neighbours: readonly LinkStats[]
  /** How WebRTC does here; and why it does not. */
  readonly webrtc: WebRtcState
  readonly webrtcReason?: string
}

export function statsOf({ id, peer, driver, network }: RunningPeer): Stats {
  const { state, reason } = network.webRtc
  return {
    id: shortText(id),
    ...peer.stats(),
    links: driver.linkCounts(),
    feeds: peer.parentIds().map((parent) => (parent === undefined ? null : shortText(parent))),
    paths: peer.paths().map((path) => path?.map(keyToText) ?? null),
    neighbours: peer.neighbours().map(({ link, id: other, depth, ...rest }) => ({
      id: shortText(other),
      transport: driver.transportOf(link) ?? 'closing',
      isOrigin: depth === 0,
      depth: depth === UNFED_DEPTH ? null : depth,
      ...rest
    })),
    webrtc: state,
    ...(reason === undefined ? {} : { webrtcReason: reason })
  }
}

/** A peer's short id for people and programs. */
export function shortText(id: Uint8Array): string {
  return keyToText(shortId(id))
}
