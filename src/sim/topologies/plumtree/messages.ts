/** What peers of Plumtree and of HyParView say, and what it takes on the wire. */

export type TreeMessage =
  | { readonly type: 'ihave'; readonly id: number }
  | { readonly type: 'graft'; readonly id: number }
  | { readonly type: 'prune' }

export type ViewMessage =
  | { readonly type: 'join' | 'accepted' | 'refused' | 'disconnect' }
  | { readonly type: 'neighbour'; readonly isUrgent: boolean }
  | { readonly type: 'forward-join'; readonly peer: number; readonly ttl: number }
  | { readonly type: 'shuffle' | 'shuffled'; readonly peers: readonly number[] }

export type Message = TreeMessage | ViewMessage

const TYPE_BYTES = 1
/** A flag, a time to live, a length, or the round that Plumtree sends along. */
const SMALL_BYTES = 1
/** There is one source: its numbers are the ids. */
const ID_BYTES = 4
/** An IPv4 address and a port. */
const PEER_BYTES = 6

export function bytesOf(message: Message): number {
  switch (message.type) {
    case 'ihave':
    case 'graft':
      return TYPE_BYTES + ID_BYTES + SMALL_BYTES
    case 'neighbour':
      return TYPE_BYTES + SMALL_BYTES
    case 'forward-join':
      return TYPE_BYTES + PEER_BYTES + SMALL_BYTES
    case 'shuffle':
    case 'shuffled':
      return TYPE_BYTES + SMALL_BYTES + PEER_BYTES * message.peers.length
    default:
      return TYPE_BYTES
  }
}
