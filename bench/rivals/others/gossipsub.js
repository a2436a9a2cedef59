/** @libp2p/gossipsub. It finds nobody by itself: a newcomer is told of all who are there and dials some of them, drawn by lot. */

import { gossipsub } from '@libp2p/gossipsub'
import { multiaddr } from '@multiformats/multiaddr'
import { addressOf, startNode } from './libp2p-node.js'

const TOPIC = 'show'

/** With those who dial it a peer has about twice as many connections: more than the mesh of 12 that it may keep. */
const DIALS = 8

const SETTINGS = {
  default: {},
  light: {
    D: 2,
    Dlo: 1,
    Dhi: 3,
    Dscore: 1,
    Dout: 0,
    floodPublish: false,
    idontwantMinDataSize: 0
  }
}

/** @type {import('../rival.js').Rival} */
const rival = {
  async start(role, { others }, setting, onMessage) {
    let received = 0
    const counted = {
      // The one place that sees every copy, whether it is known already or not.
      dataTransform: {
        inboundTransform(_topic, data) {
          received++
          return data
        },
        outboundTransform: (_topic, data) => data
      }
    }
    const fast = {
      // Sees every copy as well, and spares the known ones their signature.
      fastMsgIdFn(message) {
        received++
        return Buffer.from(message.seqno).toString('hex')
      }
    }
    const node = await startNode({
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        // All stand on one address here, for which they would be shut out.
        scoreParams: { IPColocationFactorWeight: 0 },
        ...SETTINGS[setting],
        ...(setting === 'light' ? fast : counted)
      })
    })
    const { pubsub } = node.services
    pubsub.addEventListener('message', ({ detail }) => onMessage(detail.data))
    if (role !== 'introducer') {
      pubsub.subscribe(TOPIC)
      await Promise.all(drawn(others, DIALS).map((address) => node.dial(multiaddr(address))))
    }
    return {
      contact: addressOf(node),
      received: () => received,
      publish: (message) => void pubsub.publish(TOPIC, message)
    }
  }
}
export default rival

function drawn(values, count) {
  const left = [...values]
  const chosen = []
  while (chosen.length < count && left.length > 0) {
    chosen.push(...left.splice(Math.floor(Math.random() * left.length), 1))
  }
  return chosen
}
