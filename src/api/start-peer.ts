/** What listening and broadcasting have in common: an identity, a network, a machine and its driver. */

import {
  CONTROL_QUEUE_BYTES,
  DATA_QUEUE_BYTES,
  DEFAULT_MAX_CHILDREN,
  DEFAULT_STRIPES,
  MAX_ADDRESSES,
  MAX_MESSAGE_BYTES
} from '../protocol/limits.js'
import type { Notice } from '../protocol/notice.js'
import type { PlayoutItem } from '../protocol/media/playout.js'
import { Peer } from '../protocol/peer.js'
import type { PeerOptions } from '../protocol/peer-options.js'
import type { MakeReplay } from '../protocol/replay/replay.js'
import type { Certificate } from '../protocol/wire/certificate.js'
import type { BroadcastLink } from '../protocol/wire/link.js'
import type { Packet } from '../protocol/wire/packet.js'
import { Driver } from '../runtime/driver.js'
import type { Privacy } from './private-show.js'
import type { Identity, Network, Platform, Seal, Sign } from '../runtime/platform.js'
import type { LinkLimits } from '../transport/link.js'
import type { PastControl, PastHost } from './past-control.js'

export const LINK_LIMITS: LinkLimits = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  dataQueueBytes: DATA_QUEUE_BYTES,
  controlQueueBytes: CONTROL_QUEUE_BYTES
}

/** A copy's stripes may go to different children, each with a link of its own; and parents and spares have theirs. */
const LINKS_PER_COPY = 2 * DEFAULT_STRIPES

/** The transport takes some links more than the machine: a newcomer is told that we are full, and who is not. */
const REFUSED_LINKS = 16

export interface LinkOptions {
  /** Links in all; default 64 on a server and 24 in a page, or more where `maxChildren` asks for them. */
  readonly maxLinks?: number
}

/** What is about the past: the machine's part, and what a listener does with it. */
export interface Past {
  readonly replay: MakeReplay
  readonly control?: (running: RunningPeer, host: PastHost) => PastControl
}

/** It may still be on its way. */
export interface LazyPast {
  readonly past?: Past | Promise<Past | undefined> | undefined
}

export interface StartOptions<Options> {
  readonly platform: Platform<Options>
  readonly network: Options & LinkOptions
  /** Where the caller does not say. */
  readonly defaultMaxLinks: number
  readonly peer: Omit<PeerOptions, 'self' | 'seed' | 'maxLinks' | 'ways' | 'replay'> & LazyPast
  readonly sign?: Sign
  readonly seal?: Seal
  /** This peer's own key. */
  readonly identity: Identity
  /** Of a private show. */
  readonly privacy?: Privacy | undefined
  /** Is given every packet in its order, with the certificate that it is under, and the key that it was encrypted with. */
  readonly onRecord?: ((packet: Packet, certificate: Certificate, groupKey?: Uint8Array) => void) | undefined
  readonly onPlay: (item: PlayoutItem) => void
  readonly onNotice: (notice: Notice) => void
}

export interface RunningPeer {
  readonly id: Uint8Array
  readonly broadcast: BroadcastLink
  readonly peer: Peer
  readonly driver: Driver
  readonly network: Network
  readonly past: Past['control']
}

/**
 * Opens the network, and makes a machine that has not started yet.
 *
 * @throws TreecastError `cannot-listen`, `bad-option`, `unsupported`.
 */
export async function startPeer<Options>(options: StartOptions<Options>): Promise<RunningPeer> {
  const { platform, onPlay, onNotice, onRecord, sign, seal, privacy } = options
  const { maxChildren = DEFAULT_MAX_CHILDREN } = options.peer
  const maxLinks = options.network.maxLinks ?? Math.max(options.defaultMaxLinks, LINKS_PER_COPY * maxChildren)
  const { identity } = options
  const id = identity.publicKey
  const isHidden = options.peer.source?.roots !== undefined
  const isLeaf = options.peer.leaf === true || options.peer.maxChildren === 0 || isHidden
  const towards = somebodyOf(options.peer)
  const wish = { identity, towards, isLeaf, limits: LINK_LIMITS, maxLinks: maxLinks + REFUSED_LINKS }
  const network = await platform.open(wish, options.network)
  const addresses = isLeaf ? [] : network.transport.addresses.slice(0, MAX_ADDRESSES)
  const { past: fetched, ...wanted } = options.peer
  const past = await fetched
  const given: PeerOptions = {
    ...wanted,
    ...(past === undefined ? {} : { replay: past.replay }),
    recording: onRecord !== undefined,
    self: { id, addresses },
    seed: platform.randomUint32(),
    maxLinks,
    ways: network.ways
  }
  const peer = privacy?.makePeer(given) ?? new Peer(given)
  const driver = new Driver({
    peer,
    network,
    dialTracker: (url, signal) => platform.dialTracker(url, LINK_LIMITS, signal),
    verify: platform.verify,
    hash: platform.hash,
    id,
    signSelf: identity.sign,
    onSecret: privacy?.onSecret,
    ...(sign === undefined ? {} : { sign }),
    ...(seal === undefined ? {} : { seal }),
    onOutput: (output) => {
      if (output.type === 'play') onPlay(output.item)
      else if (output.type === 'notice') onNotice(output.notice)
      else onRecord?.(output.packet, output.certificate, output.groupKey)
    }
  })
  privacy?.begin(driver)
  const { broadcast, trackers } = options.peer
  return { id, broadcast: { ...broadcast, trackers }, peer, driver, network, past: past?.control }
}

/** A URL of whom this peer will reach first: a tracker, or somebody of its ticket. */
function somebodyOf({ trackers, ticket = [] }: Pick<PeerOptions, 'trackers' | 'ticket'>): string {
  if (trackers[0] !== undefined) return trackers[0]
  for (const address of ticket.flatMap(({ addresses }) => addresses)) {
    const [, host, port] = /^\/(?:ip4|dns|dns4)\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
    if (host !== undefined) return `ws://${host}:${port}`
  }
  return ''
}
