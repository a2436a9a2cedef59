/**
 * The seam between the protocol and every network: a {@link Link} carries whole messages both ways between two
 * peers, a {@link Transport} makes links. Neither knows what a message means.
 *
 * The contract, which `test/transport/contract.ts` holds every transport to:
 *
 * - A link is open when it is handed out. Its events begin in a later turn of the event loop, so that whoever got
 *   the link can set the handlers first; nothing that arrives in between is lost.
 * - Messages arrive whole, unchanged, and in the order of sending, but for those that were dropped. Over WebRTC that is
 *   promised of `control` messages only: `data` has a channel of its own, which neither keeps the order nor sends anything
 *   again. The bytes given to `onMessage` belong to the receiver, who may keep and change them.
 * - `send` never blocks and never grows a queue without bound. A `data` message that does not fit the link's queue
 *   is dropped and `send` returns false: a slow link loses packets and holds up nobody else. A `control` message is
 *   always queued; a link where more than `controlQueueBytes` would wait is ended as `overflow`. What the network
 *   takes at once never counts, but no network takes much in one turn (16 KiB, as a rule): who has more to send
 *   spreads it over turns, or sends it as `control`.
 * - A message has 1 to `maxMessageBytes` bytes. To send another is the caller's mistake and throws a RangeError; to
 *   receive another, or bytes that are no message at all, ends the link as `malformed`.
 * - `onClose` is called exactly once for each link, whoever ended it, and after it nothing else is. It is never
 *   called from within `send` or `close`. After `close()` no message arrives. `send` on a link that has ended
 *   returns false.
 */

export type Priority =
  /** Dropped when the link is slow. */
  | 'data'
  /** Never dropped while the link lives. */
  | 'control'

/** Why a link ended, as far as this side can tell. */
export type CloseReason =
  /** This side called `close()`. */
  | 'closed'
  /** The other side closed it in good order. */
  | 'remote'
  /** The network or the other process failed, or the other side cut us off. */
  | 'lost'
  /** The other side sent what is not a message, or one that is too long. */
  | 'malformed'
  /** The other side did not take even our control messages. */
  | 'overflow'

export interface Link {
  /** The other side's id, if the transport has proved it (libp2p does by Noise); 32 bytes, an Ed25519 key. */
  readonly remoteId: Uint8Array | undefined
  /** Which transport made the link; for statistics. */
  readonly transport: string
  onMessage: (message: Uint8Array) => void
  onClose: (reason: CloseReason) => void
  /**
   * Sends one message, made of one or two parts so that a packet need not be copied behind its header.
   * The caller must not change the bytes afterwards.
   *
   * @returns false if the message was dropped.
   * @throws RangeError when the message is empty or longer than the link's limit.
   */
  send(priority: Priority, head: Uint8Array, body?: Uint8Array): boolean
  /** Ends the link. What was queued before is still delivered if the network takes it promptly. */
  close(): void
}

export interface LinkLimits {
  /** The longest message either way, in bytes. */
  readonly maxMessageBytes: number
  /** What may wait for a slow link before `data` messages are dropped, in bytes. */
  readonly dataQueueBytes: number
  /** What may wait in all before the link is given up, in bytes. */
  readonly controlQueueBytes: number
}

/** What a transport needs whose links have to be negotiated: somebody who brings its signals. */
export interface Signals {
  /** Called with what is to be brought to a peer. */
  onSignal: (to: Uint8Array, body: Uint8Array) => void
  /** A peer has sent us something. Nothing of it is proved. @param allowed for which of its candidates a tracker vouches: a mask */
  signalled(from: Uint8Array, body: Uint8Array, allowed?: number): void
  /** Nobody can bring anything to this peer now. */
  unreachable(peer: Uint8Array): void
}

export interface Transport {
  /** Absent where links need no negotiation. */
  readonly signals?: Signals | undefined
  /** Addresses under which others can dial this transport; known once it listens. In the transport's own format. */
  readonly addresses: readonly string[]
  /** Called for each link that another peer opened. Until it is set, such links are closed. */
  onLink: (link: Link) => void
  /**
   * Opens a link to the peer with this id, at the first of its addresses that answers.
   *
   * @param peerId 32 bytes: the remote's Ed25519 public key. A peer that cannot prove it is not connected.
   * @throws DialError when no address answers or the peer there is another.
   */
  dial(peerId: Uint8Array, addresses: readonly string[], signal?: AbortSignal): Promise<Link>
  /** Ends all links and stops listening. Resolves when nothing of the transport is left. */
  close(): Promise<void>
}

/** A dial that failed, with the reason in one line for people. */
export class DialError extends Error {
  override readonly name = 'DialError'
}
