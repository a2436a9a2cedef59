/**
 * Where to listen by default: at the address by which this machine reaches its tracker. Who shares a tracker can then
 * reach each other: on one machine over loopback alone, in a home over its network, on a server over its public address.
 */

import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'

/** @returns the local address of a route to the URL's host, or 127.0.0.1 where there is none. No packet is sent. */
export async function localAddressTowards(url: string): Promise<string> {
  try {
    const { hostname } = new URL(url)
    const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''))
    return await routeTo(address, family === 6 ? 'udp6' : 'udp4')
  } catch {
    return '127.0.0.1'
  }
}

/** Connecting a UDP socket asks the system for a route, and nobody else for anything. */
function routeTo(address: string, type: 'udp4' | 'udp6'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(type)
    socket.once('error', (error) => {
      socket.close()
      reject(error)
    })
    // Any port will do: 9 is the discard service's.
    socket.connect(9, address, () => {
      const local = socket.address().address
      socket.close()
      resolve(local)
    })
  })
}
