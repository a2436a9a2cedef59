/** What a peer is made with, and what it tells about itself. */

import type { Pace } from './media/playout.js'
import type { Publish } from './media/publisher.js'
import type { MakeReplay } from './replay/replay.js'
import type { BroadcastId } from './wire/broadcast.js'
import type { Certificate } from './wire/certificate.js'
import type { Role } from './wire/message.js'
import type { PeerId, PeerRecord } from './wire/record.js'
import type { SignedRecord } from './wire/signed-record.js'

export interface PeerOptions {
  /** Who this peer is and where it can be dialled. */
  readonly self: PeerRecord
  readonly broadcast: BroadcastId
  readonly trackers: readonly string[]
  /** Peers through which to enter when no tracker answers. */
  readonly ticket?: readonly SignedRecord[]
  readonly role: Role
  /** Makes the machine's own coin flips; any 32-bit integer. */
  readonly seed: number
  /** Relay nothing. */
  readonly leaf?: boolean
  /** Copies of the show that this peer may upload; 0 makes it a leaf. Default 4. */
  readonly maxChildren?: number
  /** Peers that this one feeds at most, however few stripes each takes. Default: no bound but slots. */
  readonly maxPeers?: number
  /** Upload that packets may take, kbit/s of 1,000 bit. Counts slots, and drops packets beyond. Default: no cap. */
  readonly maxUploadKbps?: number
  /** By which ways it can dial others, a mask of `WAY`. Default: all. */
  readonly ways?: number
  /** Links in all. Default 64. */
  readonly maxLinks?: number
  /** Parents to spread the stripes over, where there are so many. Default 4. */
  readonly parents?: number
  /** Connected spares. Default 2. */
  readonly spares?: number
  /** How long a missing packet is waited for; ms of show time. Default 2,000. */
  readonly bufferMs?: number
  /** `eager` for files and pipes, `timed` for ears. Default `eager`. */
  readonly pace?: Pace
  /** Give every packet in its order, as an output `record`. Default false. */
  readonly recording?: boolean
  /** Keeps the show's past, lends and plays it; `replaying()` has it. A peer that does none of these is smaller without. */
  readonly replay?: MakeReplay
  /** Makes this peer the origin. */
  readonly source?: OriginOptions
}

export interface OriginOptions {
  /** Signed by the publisher's root key. */
  readonly certificate: Certificate
  /** Makes packets of what the source gives; `publishing()` has it. A peer that only listens is smaller without. */
  readonly publish: Publish
  /** Peers to dial and feed, and no others: as many at a time as there are copies, the rest take the places of those that are
   * lost. Nobody comes to an origin that has roots, and no message holds an address of it. At most 64. */
  readonly roots?: readonly PeerRecord[]
}

/** A peer that is linked with this one. */
export interface NeighbourStats {
  readonly link: number
  readonly id: PeerId
  /** Links between the origin and it: 0 is the origin itself, 255 nobody feeds it. */
  readonly depth: number
  /** Stripes that it sends to this peer, and stripes that it is sent. */
  readonly feeds: readonly number[]
  readonly fed: readonly number[]
  /** It sends samples, ready to become a parent. */
  readonly isSpare: boolean
  readonly bytesIn: number
  readonly bytesOut: number
}

/** What a peer has seen and done since its start. Counts, unless a name says otherwise. */
export interface PeerStats {
  /** Members of the broadcast, as the tracker said last. */
  peers: number
  /** Verified packets that were new. */
  received: number
  /** Packets that were here already when they came. */
  duplicates: number
  /** Packets that playout gave up. */
  gaps: number
  /** Packets that came after they had been asked for again. */
  backfilled: number
  /** Packets refused unplayed and unforwarded: bad signature, wrong epoch, too old. */
  rejected: number
  /** Links between the origin and this peer; 0 at the origin, 255 while nothing comes. */
  depth: number
  parents: number
  spares: number
  children: number
  links: number
  bytesIn: number
  /** Bytes of packets that came from the origin itself. */
  bytesFromOrigin: number
  /** Bytes of packets that came from other peers. */
  bytesFromPeers: number
  bytesOut: number
  /** Packets sent to children. At the origin, over `packets`, the copies that it uploads. */
  sent: number
  /** Packets not sent because the upload cap was reached. */
  capped: number
  /** Packets that the origin made. */
  packets: number
  /** Frames that the origin took, or a listener was given. */
  frames: number
  /** How much later than by the best way so far packets come now; ms. */
  lagMs: number
  /** Media time that is here and not yet played; ms. */
  bufferMs: number
}

/** How many of each a peer remembers now. */
export interface PeerSizes {
  readonly links: number
  readonly candidates: number
  readonly bans: number
  /** Signatures that are being checked. */
  readonly checks: number
  /** Packets in the window. */
  readonly window: number
  /** Missing packets that were asked for again. */
  readonly asked: number
  /** Missing packets that neighbours have asked for. */
  readonly awaited: number
}
