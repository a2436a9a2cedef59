/** Sets of addresses and networks, and who really asks where proxies stand in between. */

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { TreecastError } from '../protocol/errors.js'
import { plainAddress } from '../protocol/wire/ice.js'

/** Addresses and networks as people write them. */
export class Networks {
  private readonly list = new BlockList()

  /** @throws TreecastError `bad-option` naming `what` they were meant for. */
  constructor(texts: readonly string[], what: string) {
    for (const text of texts) {
      const [address = '', prefix] = text.split('/')
      const family = isIPv6(address) ? 'ipv6' : 'ipv4'
      const longest = family === 'ipv6' ? 128 : 32
      const bits = prefix === undefined ? longest : /^\d+$/.test(prefix) ? Number(prefix) : NaN
      if (isIP(address) === 0 || !(bits >= 0 && bits <= longest) || text.split('/').length > 2) {
        throw new TreecastError(
          'bad-option',
          `${what}: "${text}" is no address or network; expected one as 192.0.2.1 or 2001:db8::/32`
        )
      }
      this.list.addSubnet(address, bits, family)
    }
  }

  has(address: string): boolean {
    return this.list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

/**
 * Who asks: the last address in the chain that is not one of the proxies that are trusted. What comes before it in
 * X-Forwarded-For anybody could have written.
 */
export function askerOf(request: IncomingMessage, trusted: Networks): string {
  let asker = plainAddress(request.socket.remoteAddress ?? '')
  const header = request.headers['x-forwarded-for']
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',')
  while (hops.length > 0 && isIP(asker) !== 0 && trusted.has(asker)) {
    const before = plainAddress(hops.pop()!.trim())
    if (isIP(before) === 0) break
    asker = before
  }
  return asker
}

/** The network that one person may have all of: a /24 of IPv4, a /64 of IPv6. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill('0')
  const all = [...groups, ...(tail === undefined ? [] : zeros), ...behind]
  return all
    .slice(0, 4)
    .map((group) => (parseInt(group, 16) || 0).toString(16))
    .join(':')
}
