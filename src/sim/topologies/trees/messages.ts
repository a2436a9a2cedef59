/** What peers of `trees/feeds.ts` say to one another, and what it takes on the wire. */

/** Peers from the origin down to the one who tells it; undefined while that one is not fed. */
export type Path = readonly number[] | undefined

export type Message = { readonly stripe: number } & (
  | { readonly type: 'ask'; readonly takesChildren: boolean }
  | { readonly type: 'taken'; readonly path: Path }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'full'; readonly named: readonly number[] }
  | { readonly type: 'quit' }
)

/** What a search for parents must know of its stripe. */
export interface Seeker {
  readonly number: number
  isFed(): boolean
  needsMore(): boolean
  knows(peer: number): boolean
}

/** Type, stripe, and a flag or the length of a list. */
const HEAD_BYTES = 3
/** An IPv4 address and a port. */
const PEER_BYTES = 6

export function bytesOf(message: Message): number {
  if (message.type === 'ask' || message.type === 'quit') return HEAD_BYTES
  const peers = message.type === 'full' ? message.named : message.path
  return HEAD_BYTES + (peers?.length ?? 0) * PEER_BYTES
}
