/** libp2p's links for the contract: ours at both ends, or a bare libp2p node at the far one. */

import { createHash } from 'node:crypto'

import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from 'libp2p'

import { FrameDecoder } from '../../src/transport/framing.js'
import { libp2pTransport } from '../../src/transport/libp2p/index.js'
import type { Link, LinkLimits, Transport } from '../../src/transport/link.js'
import type { Bed, RawLink, SlowLink } from './contract.js'
import { until } from './recorder.js'

export type Carrier = 'tcp' | 'ws'

export const PROTOCOL = '/treecast/1'

export function seed(index: number): Uint8Array {
  return createHash('sha256').update(`peer ${index}`).digest()
}

const ids = new Map<number, Uint8Array>()
for (let index = 0; index < 4; index++) {
  ids.set(index, (await generateKeyPairFromSeed('Ed25519', seed(index))).publicKey.raw)
}

export function id(index: number): Uint8Array {
  return ids.get(index)!
}

export function make(index: number, limits: LinkLimits, maxLinks = 256): Promise<Transport> {
  const listen = { host: '127.0.0.1', port: 0, webSocketPort: 0 }
  return libp2pTransport({ privateKeySeed: seed(index), listen, limits, maxLinks })
}

/** The addresses of one carrier only. */
export function addressesOf(transport: Transport, carrier: Carrier): string[] {
  return transport.addresses.filter((address) => address.endsWith('/ws') === (carrier === 'ws'))
}

/** A libp2p node without anything of ours in it. */
export async function bareNode(): Promise<Libp2p> {
  const { createLibp2p } = await import('libp2p')
  return createLibp2p({
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
}

/** Opens a connection and our protocol's stream from a bare node to a transport. */
export async function rawStream(
  node: Libp2p,
  to: Transport,
  carrier: Carrier
): Promise<[Stream, Connection]> {
  const connection = await node.dial(addressesOf(to, carrier).map((address) => multiaddr(address)))
  return [await connection.newStream(PROTOCOL), connection]
}

export function libp2pBed(carrier: Carrier): Bed {
  const transports: Transport[] = []
  const nodes: Libp2p[] = []

  async function bare(limits: LinkLimits): Promise<{ link: Link; stream: Stream }> {
    const own = await make(0, limits)
    transports.push(own)
    let link: Link | undefined
    own.onLink = (accepted) => (link = accepted)
    const node = await bareNode()
    nodes.push(node)
    const [stream] = await rawStream(node, own, carrier)
    await until(() => link !== undefined)
    return { link: link!, stream }
  }

  const bed: Bed = {
    keepsData: true,
    // Yamux's window, what the socket and one full queue of ours hold, and a message that was begun.
    networkBytes: (256 + 64) * 1024,
    async open(limits, onNear, onFar) {
      const [near, far] = [await make(0, limits), await make(1, limits)]
      transports.push(near, far)
      far.onLink = onFar
      onNear(await near.dial(id(1), addressesOf(far, carrier)))
    },
    async slow(limits): Promise<SlowLink> {
      const { link, stream } = await bare(limits)
      const received: Uint8Array[] = []
      const decoder = new FrameDecoder(limits.maxMessageBytes)
      stream.addEventListener('message', ({ data }) => {
        received.push(...decoder.push(data.subarray()))
      })
      return { link, received, stall: () => stream.pause(), resume: () => stream.resume() }
    },
    async raw(limits): Promise<RawLink> {
      const { link, stream } = await bare(limits)
      return { link, write: (bytes) => stream.send(bytes), finish: () => void stream.close() }
    },
    async close() {
      await Promise.all([
        ...transports.map((transport) => transport.close()),
        ...nodes.map((node) => node.stop())
      ])
    }
  }
  return bed
}
