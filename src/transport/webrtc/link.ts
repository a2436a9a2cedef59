/**
 * A {@link Link} over a peer connection. A connection outlives its links: when one ends in good order, the connection
 * waits for the next, so that peers which part and meet again need no new negotiation, and pages, which may make only
 * some hundreds of connections in their life, make few.
 *
 * Words between the two ends: `open` begins a link, `close` ends it, `closed` answers that.
 */

import { concat } from 'uint8arrays/concat'
import { EagerLink } from '../eager-link.js'
import type { CloseReason, LinkLimits, Priority } from '../link.js'
import type { Connection } from './connection.js'

export class WebRtcLink extends EagerLink {
  private readonly connection: Connection
  private readonly onEnd: (reason: CloseReason) => void
  /** Packets of the link before this may still be on their way: none counts before the first word of control. */
  private hasBegun: boolean

  /**
   * @param isFirst whether it is the connection's first link.
   * @param onEnd is told at once how it ended, so that the connection can be kept or given up.
   */
  constructor(
    connection: Connection,
    remoteId: Uint8Array,
    limits: LinkLimits,
    isFirst: boolean,
    onEnd: (reason: CloseReason) => void
  ) {
    super('webrtc', remoteId, limits)
    this.connection = connection
    this.hasBegun = isFirst
    this.onEnd = onEnd
  }

  /** The connection gives what came. */
  take(message: Uint8Array, priority: Priority): void {
    if (priority === 'control') this.hasBegun = true
    if (this.hasBegun) this.received(message)
  }

  /** The connection is lost, or the other end has closed the link. */
  ended(reason: 'lost' | 'remote'): void {
    this.over(reason)
  }

  protected override queuedBytes(priority: Priority): number {
    return this.connection.queued(priority)
  }

  protected override transmit(head: Uint8Array, body: Uint8Array | undefined, priority: Priority): boolean {
    return this.connection.send(body === undefined ? head : concat([head, body]), priority)
  }

  protected override tearDown(reason: CloseReason): void {
    this.onEnd(reason)
  }
}
