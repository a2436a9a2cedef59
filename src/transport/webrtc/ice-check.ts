/**
 * Takes from a signal what leads to nobody who has agreed to it. A tracker says for which candidates it vouches; of a signal that a
 * neighbour brings nobody vouches for any, so what it can have us do is bounded: two public addresses, and none of them anew and
 * again. Loaded before the first signal comes.
 */

import { isHidden, isPrivate, targetOf } from '../../protocol/wire/ice.js'
import type { SignalContent } from '../../protocol/wire/signal.js'

/** Public addresses in one negotiation of a stranger: one of each family. */
const MAX_TARGETS = 2

/** There is one negotiation toward such an address in so long; ms. It is a handful of packets to whoever is there. */
const KNOCK_MS = 10_000

/** Addresses that are remembered. */
const MAX_REMEMBERED = 256

export class IceCheck {
  /** For each address when it was last knocked at, and for which negotiation. */
  private readonly knocks = new Map<string, { readonly at: number; readonly negotiation: string }>()

  /** @param allowed for which candidates a tracker vouches, bit _i_ for candidate _i_; undefined where none has a say */
  sift(content: SignalContent, allowed: number | undefined, negotiation: string, now: number): SignalContent {
    if (content.kind === 'refused') return content
    const targets = new Set<string>()
    const ends = new Set<string>()
    const candidates = content.candidates.filter((candidate, i) => {
      const target = targetOf(candidate)
      if (target === undefined) return false
      const { address, port } = target
      const end = `${address} ${port}`
      // Each time that it is named is a packet more.
      if (ends.has(end)) return false
      ends.add(end)
      if (allowed !== undefined) return (allowed & (1 << i)) !== 0
      if (isHidden(address) || isInside(address)) return true
      targets.add(address)
      return targets.size <= MAX_TARGETS && this.mayKnock(address, negotiation, now)
    })
    return content.kind === 'candidates'
      ? { kind: 'candidates', candidates }
      : { kind: content.kind, sdp: withoutCandidates(content.sdp), candidates }
  }

  private mayKnock(address: string, negotiation: string, now: number): boolean {
    const last = this.knocks.get(address)
    if (last?.negotiation === negotiation) return true
    if (last !== undefined && now < last.at + KNOCK_MS) return false
    this.knocks.delete(address)
    this.knocks.set(address, { at: now, negotiation })
    if (this.knocks.size > MAX_REMEMBERED) this.knocks.delete(this.knocks.keys().next().value!)
    return true
  }
}

/** Candidates come beside the description, where they can be checked. */
function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(?:candidate|remote-candidates):.*(?:\r\n|\n|$)/gm, '')
}

/** This machine, or its own network; any other address of loopback is somebody's who does not expect us. */
function isInside(address: string): boolean {
  return address === '127.0.0.1' || address === '::1' || (isPrivate(address) && !address.startsWith('127.'))
}
