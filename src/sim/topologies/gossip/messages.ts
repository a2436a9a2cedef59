/** Control messages of GossipSub, and what they take in its protobuf. */

export type Message =
  | { readonly type: 'subscribe' | 'graft' | 'prune' }
  | { readonly type: 'ihave' | 'iwant'; readonly ids: readonly number[] }

/** The length of the RPC, and tag and length of its `control`. */
const RPC_BYTES = 2 + 3
/** Tag and length of an entry, and of a topic of 16 bytes in it. */
const ENTRY_BYTES = 3
const TOPIC_BYTES = 2 + 16
/** A bool, and a varint below 128. */
const NUMBER_BYTES = 2
/** Message ids are by default a peer id and a number: with tag and length 2 + 38 + 8. */
const ID_BYTES = 48

export function bytesOf(message: Message): number {
  switch (message.type) {
    case 'subscribe':
    case 'prune':
      return RPC_BYTES + ENTRY_BYTES + TOPIC_BYTES + NUMBER_BYTES
    case 'graft':
      return RPC_BYTES + ENTRY_BYTES + TOPIC_BYTES
    case 'ihave':
      return RPC_BYTES + ENTRY_BYTES + TOPIC_BYTES + ID_BYTES * message.ids.length
    case 'iwant':
      return RPC_BYTES + ENTRY_BYTES + ID_BYTES * message.ids.length
  }
}
