/**
 * The libp2p transport on its own: loaded only by who needs it.
 *
 * @packageDocumentation
 */

export { libp2pTransport, type Libp2pTransportOptions } from './transport/libp2p/index.js'
export * from './transport/link.js'
