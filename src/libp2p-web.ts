/**
 * The libp2p transport for browsers: links over WebSocket to peers that listen. `treecast` loads it by itself where WebRTC
 * cannot do; who wants it at once imports it.
 *
 * @packageDocumentation
 */

import type { Libp2pTransportOptions } from './transport/libp2p/index.js'
import { startInPage } from './transport/libp2p/page-transport.js'
import type { Transport } from './transport/link.js'

/**
 * Starts a libp2p transport that dials and does not listen.
 *
 * @param options as in Node.js; `listen` is undefined.
 */
export function libp2pTransport(options: Libp2pTransportOptions): Promise<Transport> {
  return startInPage(options)
}

export type { Libp2pTransportOptions } from './transport/libp2p/index.js'
export * from './transport/link.js'
