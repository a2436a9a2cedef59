/** What listening and broadcasting have in common: an identity, a transport, a machine and its driver. */

import {
  CONTROL_QUEUE_BYTES,
  DATA_QUEUE_BYTES,
  DEFAULT_MAX_CHILDREN,
  DEFAULT_MAX_LINKS,
  DEFAULT_STRIPES,
  DIAL_TIMEOUT_MS,
  MAX_ADDRESSES,
  MAX_MESSAGE_BYTES
} from '../protocol/limits.js'
import type { Notice } from '../protocol/machine.js'
import type { PlayoutItem } from '../protocol/media/playout.js'
import { Peer } from '../protocol/peer.js'
import type { PeerOptions } from '../protocol/peer-options.js'
import { keyPairFromSeed, randomSeed, randomUint32 } from '../runtime/crypto.js'
import { Driver } from '../runtime/driver.js'
import { localAddressTowards } from '../runtime/local-address.js'
import { libp2pTransport } from '../transport/libp2p/index.js'
import type { LinkLimits } from '../transport/link.js'
import { dialWebSocket } from '../transport/websocket/index.js'

export const LINK_LIMITS: LinkLimits = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  dataQueueBytes: DATA_QUEUE_BYTES,
  controlQueueBytes: CONTROL_QUEUE_BYTES
}

/** A copy's stripes may go to different children, each with a link of its own; and parents and spares have theirs. */
const LINKS_PER_COPY = 2 * DEFAULT_STRIPES

/** The transport takes some links more than the machine: a newcomer is told that we are full, and who is not. */
const REFUSED_LINKS = 16

export interface NetworkOptions {
  /** Where others can dial this peer: an IP address of this machine. Default: the one by which it reaches the first
   * tracker. */
  readonly host?: string
  /** TCP port; 0, the default, picks a free one. */
  readonly port?: number
  /** Links in all; default 64, or more where `maxChildren` asks for them. */
  readonly maxLinks?: number
}

export interface StartOptions {
  readonly network: NetworkOptions
  readonly peer: Omit<PeerOptions, 'self' | 'seed' | 'maxLinks'>
  readonly sign?: (message: Uint8Array) => Uint8Array
  readonly onPlay: (item: PlayoutItem) => void
  readonly onNotice: (notice: Notice) => void
}

export interface RunningPeer {
  readonly id: Uint8Array
  readonly peer: Peer
  readonly driver: Driver
}

/**
 * Listens for links, and makes a machine that has not started yet.
 *
 * @throws TreecastError `cannot-listen`.
 */
export async function startPeer(options: StartOptions): Promise<RunningPeer> {
  const { network, onPlay, onNotice, sign } = options
  const { maxChildren = DEFAULT_MAX_CHILDREN } = options.peer
  const maxLinks = network.maxLinks ?? Math.max(DEFAULT_MAX_LINKS, LINKS_PER_COPY * maxChildren)
  const seed = randomSeed()
  const id = keyPairFromSeed(seed).publicKey
  const isLeaf = options.peer.leaf === true || options.peer.maxChildren === 0
  const host = network.host ?? (await localAddressTowards(options.peer.trackers[0]!))
  const transport = await libp2pTransport({
    privateKeySeed: seed,
    listen: isLeaf ? undefined : { host, port: network.port ?? 0 },
    limits: LINK_LIMITS,
    maxLinks: maxLinks + REFUSED_LINKS,
    dialTimeoutMs: DIAL_TIMEOUT_MS
  })
  const addresses = transport.addresses.slice(0, MAX_ADDRESSES)
  const peer = new Peer({ ...options.peer, self: { id, addresses }, seed: randomUint32(), maxLinks })
  const driver = new Driver({
    peer,
    transport,
    dialTracker: (url, signal) => dialWebSocket(url, LINK_LIMITS, signal),
    ...(sign === undefined ? {} : { sign }),
    onOutput: (output) => {
      if (output.type === 'play') onPlay(output.item)
      else onNotice(output.notice)
    }
  })
  return { id, peer, driver }
}
