/**
 * A {@link BaseLink} over a connection that cannot be told to wait: what comes before the link's owner could set its
 * handlers, in the turn in which it was handed out, is kept for the next.
 */

import { BaseLink } from './base-link.js'
import type { CloseReason, LinkLimits } from './link.js'
import { later } from './turn.js'

export abstract class EagerLink extends BaseLink {
  #early: Uint8Array[] | undefined = []
  #earlyEnd: CloseReason | undefined

  protected constructor(transport: string, remoteId: Uint8Array | undefined, limits: LinkLimits) {
    super(transport, remoteId, limits)
    later(() => this.#begin())
  }

  /** The connection gave a message. One that is none by its length ends the link. */
  protected received(message: Uint8Array): void {
    if (message.byteLength === 0 || message.byteLength > this.limits.maxMessageBytes) this.over('malformed')
    else if (this.#early === undefined) this.deliver(message)
    else this.#early.push(message)
  }

  /** The connection is over, or what it gave is no message. */
  protected over(reason: CloseReason): void {
    if (this.#early === undefined) this.end(reason)
    else this.#earlyEnd ??= reason
  }

  #begin(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const message of early) this.deliver(message)
    if (this.#earlyEnd !== undefined) this.end(this.#earlyEnd)
  }
}
