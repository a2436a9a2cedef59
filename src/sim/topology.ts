/**
 * What a topology is to the simulator: how a peer finds others, whom it links with, and how a packet goes on from it.
 * Researchers write one in a file: `topologies/star.ts` is the shortest, `examples/own-topology` is another. Everything
 * else — the network, the crowd, faults, ears, figures — is the same for all.
 */

import type { Random } from '../protocol/random.js'
import type { Hostility, Scenario } from './scenario/scenario.js'

export interface Topology {
  /** As in `--topology`. */
  readonly name: string
  /** One sentence: what it is, and who described it. */
  readonly about: string
  /** Makes the peer behind a host; called when it joins. The origin is the first. */
  join(host: Host, setting: Setting): Participant
  /** Makes a tracker, if the topology has its own; `findPeers` is not for its peers then. */
  track?(host: Host, setting: Setting): Participant
}

/** What all peers of one run have in common. */
export interface Setting {
  readonly scenario: Scenario
  readonly seed: number
  /** Packets in the whole show. */
  readonly packets: number
  /** The hosts of trackers, to be dialled as peers are. */
  readonly trackers: readonly number[]
  /** The hosts of roots. */
  readonly roots: readonly number[]
}

/** A peer of a topology: it is told what happens, and answers by calls of its host. All methods but one are optional. */
export interface Participant {
  /** It has just joined. */
  start?(): void
  /** The origin alone: the show's next packet is made. Sequences begin at 0. */
  published?(sequence: number): void
  /** Answers `findPeers`: peers that have joined and not left, as the tracker knows them; in random order. */
  found?(peers: readonly number[]): void
  /** A link is open, at both ends. */
  linked?(link: number, peer: number, dialled: boolean): void
  /** A dial failed: gone, unreachable behind its NAT, or silent for 5 s. */
  unreachable?(peer: number): void
  /** The other end has closed the link, or its process has ended and its network says so. Who only falls silent closes
   * nothing for 30 s. */
  unlinked?(link: number): void
  /** A control message: none is lost, and those of one link come in order. */
  received?(link: number, message: unknown): void
  /** A packet of the show, new or not. It may come late, twice, out of order, or never. */
  packet(link: number, sequence: number, hops: number, bytes?: Uint8Array): void
  /** A ticket for a newcomer, in a form of the topology's own; undefined where it knows nobody. */
  ticket?(): unknown
  /** The time given to `host.wakeAt` has come. */
  woken?(): void
  /** It leaves in good order: the last call. Links are closed afterwards. */
  leave?(): void
  /** For pictures and figures: who feeds this peer now, and for which stripes where there are any; of several for one stripe
   * first the one through whom its path to the origin runs. */
  parents?(): readonly Parent[]
}

export interface Parent {
  readonly peer: number
  readonly stripes: readonly number[]
}

/** What a peer can do in the world. */
export interface Host {
  /** Peers are numbered as they join; the origin is 0. */
  readonly self: number
  readonly isOrigin: boolean
  /** One of the servers that the origin is to feed. */
  readonly isRoot: boolean
  /** Copies of the show that this peer may upload; 0 for one that passes nothing on. Not always a whole number. */
  readonly copies: number
  /** How it cheats; undefined for the honest. A topology that does not know how takes all for honest. */
  readonly hostility: Hostility | undefined
  /** Whether it does so by now. */
  readonly isCheating: boolean
  /** The ticket that it came with, as another's `ticket` made it; undefined for most. */
  readonly ticket: unknown
  /** This peer's own coin. */
  readonly random: Random
  /** By this peer's clock, ms. */
  readonly now: number
  /** Media time to a packet, ms. */
  readonly packetMs: number
  /** How far behind the live edge a listener hears the show, ms. */
  readonly bufferMs: number
  /** Asks the tracker for up to so many peers; `found` is called a round trip later, or not at all while it is down. */
  findPeers(count: number): void
  /** Opens a link; `linked` or `unreachable` is called. */
  connect(peer: number): void
  close(link: number): void
  /** Sends a control message. @param bytes what it would be on the wire, without the headers of the network. */
  send(link: number, message: unknown, bytes: number): void
  /** Passes a packet on. @param hops links that it has passed when it arrives. @param bytes for who has a wire format. */
  sendPacket(link: number, sequence: number, hops: number, bytes?: Uint8Array): void
  /** Replaces the time of the next call of `woken`, ms; Infinity for none. */
  wakeAt(at: number): void
  /** Counts a packet that this peer has made up. */
  countBad(): void
  /** Takes a packet for this peer's own ears. @returns whether it is the first time. */
  hear(sequence: number, hops: number): boolean
  /** Calls back after so many ms, unless this peer has left by then. */
  after(ms: number, call: () => void): void
  /** It has done what it came for and leaves: the show is over, or it was told to `leave`. */
  finished(): void
  /** Takes so many ms of this peer's processor, which does one thing after the other. @returns in how many whole ms that
   * is done: 0 for at once. */
  work(ms: number): number
}
