/** A libp2p node as its documentation has it: TCP, Noise, yamux, identify. It takes a crowd's connections from one address. */

import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

/** @param services made from the node's components, beside identify */
export function startNode(services) {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All come from one address; libp2p's own guards would hold them up.
    connectionManager: { inboundConnectionThreshold: 1000, maxIncomingPendingConnections: 1000 },
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ...services }
  })
}

export function addressOf(node) {
  return node.getMultiaddrs()[0].toString()
}
