/** Signatures that are being checked, and what is to be done when it is known whether they hold. */

import { MAX_PENDING_CHECKS } from './limits.js'
import type { Output } from './machine.js'
import { isCanonicalSignature, isSoundKey } from './media/signature.js'

type Settle = (valid: boolean, now: number) => void

export class Checks {
  private readonly emit: (output: Output) => void
  private readonly pending = new Map<number, Settle>()
  private next = 0

  constructor(emit: (output: Output) => void) {
    this.emit = emit
  }

  get size(): number {
    return this.pending.size
  }

  /** Asks the driver, once the cheap rules are known to hold. */
  ask(key: Uint8Array, message: Uint8Array, signature: Uint8Array, settle: Settle): void {
    const check = this.next++
    this.pending.set(check, settle)
    this.emit({ type: 'verify', check, key, message, signature })
  }

  /** The same for what can wait: nobody has looked at it yet, and while there is much to do it is not looked at. */
  judge(key: Uint8Array, message: Uint8Array, signature: Uint8Array, settle: Settle, now: number): void {
    if (this.size >= MAX_PENDING_CHECKS) return
    if (isSoundKey(key) && isCanonicalSignature(signature)) this.ask(key, message, signature, settle)
    else settle(false, now)
  }

  /** The driver's answer. */
  answered(check: number, valid: boolean, now: number): void {
    const settle = this.pending.get(check)
    this.pending.delete(check)
    settle?.(valid, now)
  }
}
