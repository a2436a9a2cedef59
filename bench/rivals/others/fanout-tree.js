/** @peerbit/pubsub's FanoutTree: one tree, one parent a peer. A peer of it that is in no channel is the others' tracker. */

import { FanoutTree } from '@peerbit/pubsub'
import { addressOf, startNode } from './libp2p-node.js'

const TOPIC = 'show'

/** As treecast's, for the origin and for peers. */
const MAX_CHILDREN = 4

/** Bytes a second; more than so many children need, so that they are what bounds it. */
const UPLOAD = 5_000_000

/** Its number for a message with data, the first byte. */
const DATA = 10

const SETTINGS = {
  default: { channel: {}, join: {} },
  watchful: { channel: { neighborRepair: true }, join: { staleAfterMs: 1000 } }
}

/** @type {import('../rival.js').Rival} */
const rival = {
  async start(role, { introducer, origin, rate, bytes }, setting, onMessage) {
    const node = await startNode({
      fanout: (components) => new CountingFanoutTree(components, { connectionManager: false })
    })
    const { fanout } = node.services
    const { channel, join } = SETTINGS[setting]
    const options = {
      msgRate: rate,
      msgSize: bytes,
      uploadLimitBps: UPLOAD,
      maxChildren: MAX_CHILDREN,
      ...channel
    }
    if (role !== 'introducer') fanout.setBootstraps([introducer])
    if (role === 'origin') fanout.openChannel(TOPIC, fanout.publicKeyHash, { role: 'root', ...options })
    if (role === 'peer') {
      fanout.addEventListener('fanout:data', ({ detail }) => onMessage(detail.payload))
      await fanout.joinChannel(TOPIC, origin, options, join)
    }
    return {
      contact: role === 'introducer' ? addressOf(node) : fanout.publicKeyHash,
      received: () => fanout.copies,
      publish: (message) => void fanout.publishData(TOPIC, fanout.publicKeyHash, message)
    }
  }
}
export default rival

/** Counts every copy of a message with data, known or not. */
class CountingFanoutTree extends FanoutTree {
  copies = 0

  onDataMessage(from, stream, message, seenBefore) {
    if (message.data?.subarray(0, 1)[0] === DATA) this.copies++
    return super.onDataMessage(from, stream, message, seenBefore)
  }
}
