import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'

import { noise } from '@chainsafe/libp2p-noise'
import type { MessageStream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'chai'
import { createLibp2p, type Libp2p } from 'libp2p'
import { WebSocket, WebSocketServer } from 'ws'

import { frame } from '../../src/transport/framing.js'
import { DialError, type Transport } from '../../src/transport/link.js'
import { LIMITS } from './contract.js'
import { addressesOf, bareNode, id, make, PROTOCOL, rawStream } from './libp2p-bed.js'
import { numbered, Recorder, until } from './recorder.js'

describe('transport: libp2p and a hostile peer', () => {
  let own: Transport
  let accepted: Recorder[]
  const nodes: Libp2p[] = []

  beforeEach(async () => {
    own = await make(0, LIMITS, 4)
    accepted = []
    own.onLink = (link) => accepted.push(new Recorder(link))
  })
  afterEach(async () => {
    await Promise.all([own.close(), ...nodes.splice(0).map((node) => node.stop())])
  })

  async function attacker(): Promise<Libp2p> {
    const node = await bareNode()
    nodes.push(node)
    return node
  }

  it('gets one stream on a connection', async () => {
    const [, connection] = await rawStream(await attacker(), own, 'tcp')
    await until(() => accepted.length === 1)
    const second = await connection.newStream(PROTOCOL).then(
      () => 'opened',
      () => 'refused'
    )
    expect([second, accepted.length]).to.deep.equal(['refused', 1])
  })

  it('is cut off when it opens no stream at all', async () => {
    const node = await attacker()
    const connection = await node.dial(addressesOf(own, 'tcp').map((address) => multiaddr(address)))
    await until(() => connection.status !== 'open')
    expect(accepted).to.deep.equal([])
  })

  it('is cut off when it connects to the WebSocket port and says nothing, or drips', async () => {
    const port = Number(addressesOf(own, 'ws')[0]!.split('/')[4])
    const ended = ['', 'GET / HTTP/1.1\r\n'].map(async (words) => {
      const socket = connect(port, '127.0.0.1')
      socket.write(words)
      socket.on('error', () => undefined)
      await once(socket.resume(), 'close')
    })
    await Promise.all(ended)
  })

  it('cannot send a giant WebSocket message', async () => {
    const port = Number(addressesOf(own, 'ws')[0]!.split('/')[4])
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(socket, 'open')
    socket.on('error', () => undefined)
    socket.send(new Uint8Array(1024 * 1024))
    const [code] = (await once(socket, 'close')) as [number]
    expect(code, 'the code for too big').to.equal(1009)
  })

  it('cannot end our process by a malformed WebSocket frame, dialling or dialled', async () => {
    const port = Number(addressesOf(own, 'ws')[0]!.split('/')[4])
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(client, 'open')
    // A reserved opcode. An error that nobody listens for would fail this test from outside.
    below(client).write(Uint8Array.of(0x8f, 0x80, 0, 0, 0, 0))
    await once(client, 'close')
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    server.on('connection', (socket) => below(socket).write(Uint8Array.of(0x8f, 0)))
    const address = `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}/ws`
    expect(await own.dial(id(1), [address]).catch((error: unknown) => error)).to.be.instanceOf(DialError)
    server.close()
  })

  it('gets no link beyond the limit', async () => {
    for (let index = 0; index < 4; index++) await rawStream(await attacker(), own, 'tcp')
    await until(() => accepted.length === 4)
    const fifth = await rawStream(await attacker(), own, 'tcp').then(
      () => 'opened',
      () => 'refused'
    )
    expect([fifth, accepted.length]).to.deep.equal(['refused', 4])
    accepted[0]!.link.close()
    await until(() => accepted[0]!.ends.length === 1)
  })

  it('cannot make us collect a giant yamux frame', async () => {
    const [node, below] = await tappedNode()
    await rawStream(node, own, 'tcp')
    await until(() => accepted.length === 1)
    const header = new Uint8Array(12)
    header[7] = 1
    // A data frame of 2 GiB on stream 1, of which half a megabyte comes.
    header[8] = 0x80
    const connection = below()
    connection.send(header)
    for (let sent = 0; sent < 32 && connection.status === 'open'; sent++)
      connection.send(new Uint8Array(16 * 1024))
    await until(() => accepted[0]!.ends.length > 0)
    expect(accepted[0]!.ends).to.deep.equal(['lost'])
  })

  it('cannot pile up answers to pings that it does not read', async () => {
    const [node, below] = await tappedNode()
    await rawStream(node, own, 'tcp')
    await until(() => accepted.length === 1)
    const ping = new Uint8Array(12)
    ping[1] = 2
    ping[3] = 1
    const many = new Uint8Array(12 * 1024)
    for (let index = 0; index < 1024; index++) many.set(ping, index * 12)
    const connection = below()
    connection.pause()
    while (accepted[0]!.ends.length === 0) {
      if (connection.status === 'open') connection.send(many)
      await connection.onDrain().catch(() => undefined)
      await until(() => true)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(accepted[0]!.ends).to.deep.equal(['lost'])
  })

  it('costs no answer for each packet it sends', async () => {
    const [node, below] = await tappedNode()
    const [stream] = await rawStream(node, own, 'tcp')
    await until(() => accepted.length === 1)
    let answers = 0
    below().addEventListener('message', () => answers++)
    for (let index = 1; index <= 100; index++) {
      stream.send(frame(numbered(index, 1000)))
      await until(() => accepted[0]!.messages.length === index)
    }
    accepted[0]!.link.send('control', numbered(0, 10))
    await until(() => answers > 0)
    // Ours, and perhaps a ping.
    expect(answers).to.be.at.most(3)
  })

  /** A bare node that also gives the encrypted connection below its muxer. */
  async function tappedNode(): Promise<[Libp2p, () => MessageStream]> {
    let tapped: MessageStream | undefined
    const node = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [
        () => {
          const factory = yamux()()
          const createStreamMuxer = (
            connection: MessageStream
          ): ReturnType<typeof factory.createStreamMuxer> => {
            tapped = connection
            return factory.createStreamMuxer(connection)
          }
          return { protocol: factory.protocol, createStreamMuxer }
        }
      ],
      connectionMonitor: { enabled: false }
    })
    nodes.push(node)
    return [node, () => tapped!]
  }
})

/** The TCP socket below a WebSocket; `ws` does not show it. */
function below(socket: WebSocket): Socket {
  return (socket as unknown as { _socket: Socket })._socket
}
