/**
 * The libp2p transport on its own: loaded only by who needs it.
 *
 * @packageDocumentation
 */

export { libp2pTransport, type Libp2pTransportOptions } from './transport/libp2p/index.js'
export {
  type CloseReason,
  DialError,
  type Link,
  type LinkLimits,
  type Priority,
  type Signals,
  type Transport
} from './transport/link.js'
