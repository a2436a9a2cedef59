/** libp2p in a browser: dials WebSocket, and nobody can dial it. */

import { webSockets } from '@libp2p/websockets'

import type { Transport } from '../link.js'
import type { Libp2pTransportOptions } from './index.js'
import { startNode } from './transport.js'
import { SMALL_BUFFERS } from './web-sockets.js'

export function startInPage(options: Omit<Libp2pTransportOptions, 'listen'>): Promise<Transport> {
  return startNode(options, [webSockets(SMALL_BUFFERS)], [])
}
