/**
 * Ways to open a link, as addresses name them. A page cannot dial TCP, a process without WebRTC cannot dial a page:
 * who says which ways it has is told of nobody whom it could not reach.
 */

/** Sets of ways are masks of these. */
export const WAY = {
  /** `/ip4/…/tcp/…` */
  tcp: 0x01,
  /** `/ip4/…/tcp/…/ws`: a page that came by https may not dial it. */
  ws: 0x02,
  /** `/dns4/…/tcp/…/wss`, or `/tls/ws` */
  wss: 0x04,
  /** {@link WEBRTC_ADDRESS} */
  webrtc: 0x08,
  /** Whatever newer peers may have, and what tests make up. */
  other: 0x80
} as const

export const ALL_WAYS = 0xff

/** The address of a peer that takes WebRTC: there is nothing to dial, others bring it an offer. */
export const WEBRTC_ADDRESS = '/webrtc'

export function waysTo(addresses: readonly string[]): number {
  let ways = 0
  for (const address of addresses) ways |= wayTo(address)
  return ways
}

export function wayTo(address: string): number {
  if (address === WEBRTC_ADDRESS) return WAY.webrtc
  if (/\/(?:wss|tls\/ws)$/.test(address)) return WAY.wss
  if (address.endsWith('/ws')) return WAY.ws
  return /\/tcp\/\d+$/.test(address) ? WAY.tcp : WAY.other
}
