/**
 * Where a WebRTC candidate would have others send packets. An ICE agent knocks at every address that it is given before anybody
 * there has agreed to anything, so whose addresses they are is checked by who brings a signal and by who takes it.
 */

import type { IceCandidate } from './signal.js'

/** Loopback, private and link-local addresses (RFC 1918, 3927, 4193, 4291), as Node.js and browsers write them. */
const PRIVATE =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i

/** Below are the ports of other people's services. */
const MIN_PORT = 1024

export interface Target {
  /** An IP address, or a name that browsers have made up for one (`….local`). */
  readonly address: string
  readonly port: number
}

/** Whether an address says nothing about who is behind it: loopback, and what is used inside houses. */
export function isPrivate(address: string): boolean {
  return PRIVATE.test(address)
}

/** A name for one's own address that only those on the same network can resolve (mDNS). */
export function isHidden(address: string): boolean {
  return /^[0-9a-z-]{1,63}\.local$/i.test(address)
}

/** `::ffff:192.0.2.1` is 192.0.2.1; a zone is of no interest. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}

/** Where a candidate leads; undefined where that is nowhere that anybody should go. RFC 8839, 5.1. */
export function targetOf({ candidate }: IceCandidate): Target | undefined {
  const [, , , , address = '', port = ''] = candidate.split(' ', 6)
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0
  const isAddress =
    isHidden(address) || /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(address)
  if (!isAddress || number < MIN_PORT || number > 65_535) return undefined
  return { address: plainAddress(address).toLowerCase(), port: number }
}
