/**
 * Which of a signal's candidates a tracker vouches for. A peer may have others send packets to the address from which it came
 * itself, to a TURN server that the operator knows, and, where it came from a private network or its partner from the same address, to
 * what is in there. All else could be anybody, who has agreed to nothing.
 */

import { WireError } from '../wire/cursor.js'
import { isHidden, isPrivate, targetOf } from '../wire/ice.js'
import { decodeSignalBody } from '../wire/signal.js'

export interface IceCheck {
  /** Whether a TURN server has this address. */
  readonly isRelay: (address: string) => boolean
}

/**
 * @param from where the sender came from; undefined if that is not known
 * @param to where its partner came from; undefined if that is not known
 * @returns bit _i_ for candidate _i_
 */
export function allowedIn(
  body: Uint8Array,
  from: string | undefined,
  to: string | undefined,
  { isRelay }: IceCheck
): number {
  let allowed = 0
  try {
    const { content } = decodeSignalBody(body).body
    if (content.kind === 'refused') return 0
    const isInside = from !== undefined && (isPrivate(from) || from === to)
    for (const [i, candidate] of content.candidates.entries()) {
      const address = targetOf(candidate)?.address
      if (address === undefined) continue
      // Another loopback address is another's, wherever one came from.
      const isNear = isHidden(address) || (isInside && isPrivate(address) && !/^(?:127\.|::1$)/.test(address))
      if (address === from || isNear || isRelay(address)) allowed |= 1 << i
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
  return allowed
}
