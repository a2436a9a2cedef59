/**
 * The carriers that the relay benchmark compares, each as the same two things: a relay's end, which accepts links
 * and is given messages, and a far end, which dials it. The bare `ws` server is the yardstick: the least that a
 * Node.js program pays to fan out bytes to strangers.
 */

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { WebSocket, WebSocketServer } from 'ws'

import { libp2pTransport } from '../../src/transport/libp2p/index.js'
import type { Link, LinkLimits } from '../../src/transport/link.js'

/** One end of a connection, without anything but bytes. */
export interface Pipe {
  send(head: Uint8Array, body: Uint8Array): void
  onMessage: (message: Uint8Array) => void
}

export interface Relay {
  /** What `dial` needs to reach this relay; plain data, since it goes to another process. */
  readonly at: { readonly address: string; readonly id: string }
  onPipe: (pipe: Pipe) => void
  close(): Promise<void>
}

export interface Carrier {
  readonly name: string
  relay(): Promise<Relay>
  /** Opens one connection; each from an identity of its own. */
  dial(at: Relay['at'], index: number): Promise<{ pipe: Pipe; close(): Promise<void> }>
}

/** Wide enough that nothing is dropped: the benchmark counts every message. */
const LIMITS: LinkLimits = { maxMessageBytes: 16384, dataQueueBytes: 1 << 20, controlQueueBytes: 1 << 20 }

const bareWs: Carrier = {
  name: 'ws',
  async relay() {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
    await once(server, 'listening')
    const relay: Relay = {
      at: { address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, id: '' },
      onPipe: () => undefined,
      close: () => new Promise((resolve) => server.close(() => resolve()))
    }
    server.on('connection', (socket) => relay.onPipe(socketPipe(socket)))
    return relay
  },
  async dial(at) {
    const socket = new WebSocket(at.address, { perMessageDeflate: false })
    await once(socket, 'open')
    const close = async (): Promise<void> => {
      socket.close()
      await once(socket, 'close')
    }
    return { pipe: socketPipe(socket), close }
  }
}

function socketPipe(socket: WebSocket): Pipe {
  const pipe: Pipe = {
    // The server of the yardstick has the packet whole and sends it as it is.
    send: (head, body) => socket.send(head.byteLength === 0 ? body : Buffer.concat([head, body])),
    onMessage: () => undefined
  }
  socket.on('message', (data) => pipe.onMessage(data as Buffer))
  return pipe
}

function libp2pCarrier(name: string, suffix: RegExp): Carrier {
  const transport = (seed: string, listen: boolean) =>
    libp2pTransport({
      privateKeySeed: createHash('sha256').update(seed).digest(),
      listen: listen ? { host: '127.0.0.1', port: 0, webSocketPort: 0 } : undefined,
      limits: LIMITS,
      maxLinks: 64
    })
  return {
    name,
    async relay() {
      const own = await transport('relay', true)
      const relay: Relay = {
        at: { address: own.addresses.find((address) => suffix.test(address))!, id: await publicKey('relay') },
        onPipe: () => undefined,
        close: () => own.close()
      }
      own.onLink = (link) => relay.onPipe(linkPipe(link))
      return relay
    },
    async dial(at, index) {
      const own = await transport(`far ${index}`, false)
      const link = await own.dial(Buffer.from(at.id, 'hex'), [at.address])
      return { pipe: linkPipe(link), close: () => own.close() }
    }
  }
}

function linkPipe(link: Link): Pipe {
  const pipe: Pipe = {
    send: (head, body) => {
      if (!link.send('data', head, body)) throw new Error('the benchmark lost a message')
    },
    onMessage: () => undefined
  }
  link.onMessage = (message) => pipe.onMessage(message)
  return pipe
}

async function publicKey(seed: string): Promise<string> {
  const { generateKeyPairFromSeed } = await import('@libp2p/crypto/keys')
  const key = await generateKeyPairFromSeed('Ed25519', createHash('sha256').update(seed).digest())
  return Buffer.from(key.publicKey.raw).toString('hex')
}

export const CARRIERS: readonly Carrier[] = [
  bareWs,
  libp2pCarrier('libp2p tcp', /\/tcp\/\d+$/),
  libp2pCarrier('libp2p ws', /\/ws$/)
]
