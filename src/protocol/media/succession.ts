/**
 * Which show key signs which sequences: a show that goes on for longer than a key may live is handed from one to the next. The
 * next is known well before its first packet, so that nobody has to wait for it.
 */

import { MAX_MANDATES } from '../limits.js'
import { type Certificate, certificateHolds } from '../wire/certificate.js'
import type { Handover } from '../wire/handover.js'

/** A certificate with what makes it a part of the show. */
export interface Mandate {
  readonly certificate: Certificate
  /** How it took over; undefined for one with which a show begins. */
  readonly handover: Handover | undefined
}

export class Succession {
  /** In their order; each from its first sequence up to the next one's. */
  private readonly mandates: Mandate[]

  constructor(first: Mandate) {
    this.mandates = [first]
  }

  /** The highest epoch, whether or not its time has come. */
  get newest(): Certificate {
    return this.mandates.at(-1)!.certificate
  }

  /** The earliest that is remembered. */
  get oldest(): Certificate {
    return this.mandates[0]!.certificate
  }

  /** What a newcomer can check packets with, in their order: those that are honoured today, and the newest. @param now ms of 1970 */
  valid(now: number): Mandate[] {
    const { newest } = this
    return this.mandates.filter(({ certificate: each }) => each === newest || certificateHolds(each, now))
  }

  /** Whether an epoch is one of this show's. */
  has(epoch: number): boolean {
    return this.mandates.some(({ certificate }) => certificate.epoch === epoch)
  }

  /** The certificate under which a sequence is signed; undefined for one before all that are known. */
  at(sequence: number): Certificate | undefined {
    for (let i = this.mandates.length - 1; i >= 0; i--) {
      const mandate = this.mandates[i]!
      if (firstOf(mandate) <= sequence) return mandate.certificate
    }
    return undefined
  }

  /** Whether a certificate can be the next of this show. */
  follows({ certificate: { epoch, stripes }, handover }: Mandate): boolean {
    const last = this.mandates.at(-1)!
    return (
      handover?.previous === last.certificate.epoch &&
      epoch > handover.previous &&
      stripes === last.certificate.stripes &&
      handover.first > firstOf(last)
    )
  }

  add(mandate: Mandate): void {
    this.mandates.push(mandate)
    if (this.mandates.length > MAX_MANDATES) this.mandates.shift()
  }
}

function firstOf({ handover }: Mandate): number {
  return handover?.first ?? 0
}
