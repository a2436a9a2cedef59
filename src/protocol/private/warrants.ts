/** What the publisher's keys have signed beside packets: tokens and group keys, each with the certificate of its key. */

import type { Output } from '../machine.js'
import { isCanonicalSignature, isSoundKey } from '../media/signature.js'
import type { BroadcastId } from '../wire/broadcast.js'
import { type Certificate, certificateHolds, decodeCertificate } from '../wire/certificate.js'
import { idKey } from '../wire/record.js'

/** Certificates that have been found good: a show has one now, one before, and those of who issues tokens. */
const MAX_KNOWN = 16

type Settle = (valid: boolean, now: number) => void

export class Warrants {
  private readonly broadcast: BroadcastId
  private readonly ask: (output: Output) => void
  private readonly answers = new Map<number, Settle>()
  private readonly known = new Set<string>()
  /** Beside those of the peer itself, which count up. */
  private next = -1

  constructor(broadcast: BroadcastId, ask: (output: Output) => void) {
    this.broadcast = broadcast
    this.ask = ask
  }

  /**
   * Whether the key of a certificate has signed this, and the publisher the certificate.
   *
   * @param messageOf what is signed, by whom
   * @throws WireError if the certificate is malformed
   */
  check(
    bytes: Uint8Array,
    messageOf: (certificate: Certificate) => Uint8Array,
    signature: Uint8Array,
    now: number,
    settle: Settle
  ): void {
    const { publisher } = this.broadcast
    const { certificate, ...root } = decodeCertificate(bytes, this.broadcast)
    const isSound =
      isSoundKey(publisher) && isSoundKey(certificate.showKey) && certificateHolds(certificate, now)
    if (!isSound) {
      settle(false, now)
      return
    }
    const name = idKey(bytes)
    const checkOwn: Settle = (valid, then) => {
      if (!valid) {
        settle(false, then)
        return
      }
      if (this.known.size >= MAX_KNOWN) this.known.clear()
      this.known.add(name)
      this.verify(certificate.showKey, messageOf(certificate), signature, then, settle)
    }
    if (this.known.has(name)) checkOwn(true, now)
    else this.verify(publisher, root.message, root.signature, now, checkOwn)
  }

  /** @returns whether the answer was for one of ours. */
  answered(check: number, valid: boolean, now: number): boolean {
    const settle = this.answers.get(check)
    this.answers.delete(check)
    settle?.(valid, now)
    return check < 0
  }

  private verify(
    key: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    now: number,
    settle: Settle
  ): void {
    if (!isCanonicalSignature(signature)) {
      settle(false, now)
      return
    }
    const check = this.next--
    this.answers.set(check, settle)
    this.ask({ type: 'verify', check, key, message, signature })
  }
}
