/** libp2p in Node.js: dials TCP and WebSocket, and listens on both. */

import './polyfill.js'

import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'

import { tcp } from '@libp2p/tcp'

import type { Transport } from '../link.js'
import type { Libp2pTransportOptions } from './index.js'
import { cannotListen } from './reasons.js'
import { startNode } from './transport.js'
import { boundedWebSockets } from './web-sockets.js'

export async function startServer(options: Libp2pTransportOptions): Promise<Transport> {
  const { listen } = options
  const ports =
    listen === undefined ? [] : [listen.port, listen.webSocketPort].filter((port) => port !== undefined)
  try {
    const addresses = listen === undefined ? [] : await listenAddresses(listen)
    return await startNode(options, [tcp(), boundedWebSockets()], addresses)
  } catch (error) {
    if (listen === undefined) throw error
    throw cannotListen(error, listen.host, ports)
  }
}

async function listenAddresses(listen: NonNullable<Libp2pTransportOptions['listen']>): Promise<string[]> {
  const ip = isIP(listen.host) === 0 ? (await lookup(listen.host)).address : listen.host
  const base = `/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}/tcp`
  const addresses = [`${base}/${listen.port}`]
  if (listen.webSocketPort !== undefined) addresses.push(`${base}/${listen.webSocketPort}/ws`)
  return addresses
}
