/**
 * What every {@link Link} does alike, whatever carries it: the size check, the state that ends once, and the
 * promise that `onClose` comes exactly once, in a later turn, with nothing after it. A transport's own link adds
 * how bytes leave and how the connection is torn down.
 */

import type { CloseReason, Link, LinkLimits, Priority } from './link.js'
import { later } from './turn.js'

export abstract class BaseLink implements Link {
  readonly remoteId: Uint8Array | undefined
  readonly transport: string
  onMessage: (message: Uint8Array) => void = ignore
  onClose: (reason: CloseReason) => void = ignore
  protected readonly limits: LinkLimits
  #open = true

  protected constructor(transport: string, remoteId: Uint8Array | undefined, limits: LinkLimits) {
    this.transport = transport
    this.remoteId = remoteId
    this.limits = limits
  }

  protected get open(): boolean {
    return this.#open
  }

  send(priority: Priority, head: Uint8Array, body?: Uint8Array): boolean {
    const length = head.byteLength + (body?.byteLength ?? 0)
    if (length === 0 || length > this.limits.maxMessageBytes) {
      throw new RangeError(`a message has 1 to ${this.limits.maxMessageBytes} bytes, not ${length}`)
    }
    if (!this.#open) return false
    switch (this.admit(priority, length)) {
      case 'send':
        return this.transmit(head, body, priority)
      case 'drop':
        return false
      case 'overflow':
        this.end('overflow')
        return false
    }
  }

  close(): void {
    this.end('closed')
  }

  /** Whether a message of this length may join the `queued` bytes that already wait. */
  protected admit(priority: Priority, length: number): 'send' | 'drop' | 'overflow' {
    const waiting = this.queuedBytes(priority)
    if (waiting === 0) return 'send'
    if (priority === 'data') return waiting + length > this.limits.dataQueueBytes ? 'drop' : 'send'
    return waiting + length > this.limits.controlQueueBytes ? 'overflow' : 'send'
  }

  protected deliver(message: Uint8Array): void {
    if (this.#open) this.onMessage(message)
  }

  /** Ends the link for this reason, unless it has ended before. */
  protected end(reason: CloseReason): void {
    if (!this.#open) return
    this.#open = false
    this.tearDown(reason)
    // Later, so that no handler runs inside the `send` or `close` that ended the link.
    later(() => this.onClose(reason))
  }

  /** Bytes that were sent and that the network has not taken yet; of this priority, where each has a way of its own. */
  protected abstract queuedBytes(priority: Priority): number

  /** Hands an admitted message to the network, or to the queue before it; false if it is gone already. */
  protected abstract transmit(head: Uint8Array, body: Uint8Array | undefined, priority: Priority): boolean

  /** Closes the connection below: in good order for `closed` and `remote`, at once for the others. */
  protected abstract tearDown(reason: CloseReason): void
}

function ignore(): void {
  // A link without handlers is legal; its messages go nowhere.
}
