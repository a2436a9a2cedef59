import type { ByeReason } from './wire/message.js'
import type { PeerId } from './wire/record.js'

/** What a machine tells beside its work. */
export type Notice =
  | { readonly event: 'joined'; readonly tracker: string; readonly live: boolean }
  /** No tracker answers, or none any more; they are being tried again. */
  | { readonly event: 'no-tracker' }
  /** A tracker or peer will not have us. */
  | { readonly event: 'refused'; readonly reason: ByeReason; readonly text: string }
  /** The publisher's certificate is here and holds. */
  | { readonly event: 'certified'; readonly epoch: number }
  /** The show will go on under its next show key, without a gap. */
  | { readonly event: 'succeeded'; readonly epoch: number }
  /** The publisher's certificate is not valid today, or this machine's clock is wrong. */
  | { readonly event: 'out-of-date' }
  /** What a peer offers is not signed by the publisher. */
  | { readonly event: 'not-the-publisher' }
  /** Nobody holds the past that was asked for: the live show is played. */
  | { readonly event: 'no-past' }
  /** The show is over. What was kept of it is lent to others until this peer is told to leave, or nobody honours the certificate. */
  | { readonly event: 'lending' }
  | { readonly event: 'banned'; readonly peer: PeerId; readonly why: string }
  | { readonly event: 'parent-lost'; readonly peer: PeerId; readonly stripes: number }
  | { readonly event: 'stalled'; readonly peer: PeerId; readonly stripe: number }
