/**
 * The libp2p transport: links between servers (and anything that runs Node) over TCP or WebSocket, encrypted and
 * mutually proved by Noise. Importing this file is cheap; libp2p itself is loaded when a transport is made.
 */

import type { LinkLimits, Transport } from '../link.js'

export interface Libp2pTransportOptions {
  /** 32 bytes: the Ed25519 seed of this peer's key. The public key made from it is the peer's id. */
  readonly privateKeySeed: Uint8Array
  /** Where to listen; undefined for a peer that only dials. */
  readonly listen:
    | {
        /** An IP address of this machine, or a name that resolves to one. */
        readonly host: string
        /** The TCP port; 0 picks a free one. */
        readonly port: number
        /** The port for libp2p over WebSocket, if that is wanted; 0 picks a free one. */
        readonly webSocketPort?: number
      }
    | undefined
  readonly limits: LinkLimits
  /** Links in all, whoever opened them. Connections beyond are refused. */
  readonly maxLinks: number
  /** How long a dial may take in all; 5 s unless told. */
  readonly dialTimeoutMs?: number
}

/**
 * Starts a libp2p transport.
 *
 * @throws TreecastError `cannot-listen` when the port is taken or the address is not this machine's.
 */
export async function libp2pTransport(options: Libp2pTransportOptions): Promise<Transport> {
  const { startServer } = await import('./server.js')
  return startServer(options)
}
