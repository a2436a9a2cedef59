/**
 * A process that uses the transports, for tests that need a real one:
 *
 *     accept           listens and stays, sending each link half a message's worth of greetings, until it is killed
 *     open-and-close   opens and closes everything there is, and then must end by itself
 */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { WebSocketServer } from 'ws'

import { dialWebSocket, webSocketLink } from '../../src/transport/websocket/index.js'
import { LIMITS } from './contract.js'
import { id, make } from './libp2p-bed.js'
import { numbered, Recorder, until } from './recorder.js'

async function accept(): Promise<void> {
  const transport = await make(1, LIMITS)
  transport.onLink = (link) => link.send('control', numbered(1, 100))
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => webSocketLink(socket, LIMITS).send('control', numbered(1, 100)))
  await once(server, 'listening')
  process.send!({
    addresses: transport.addresses,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
}

async function openAndClose(): Promise<void> {
  const [near, far] = [await make(0, LIMITS), await make(1, LIMITS)]
  const accepted: Recorder[] = []
  far.onLink = (link) => accepted.push(new Recorder(link))
  for (const address of far.addresses) {
    const link = await near.dial(id(1), [address])
    link.send('data', numbered(1, 100))
  }
  await near.dial(id(1), ['/ip4/127.0.0.1/tcp/1']).catch(() => undefined)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => accepted.push(new Recorder(webSocketLink(socket, LIMITS))))
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const link = await dialWebSocket(url, LIMITS)
  link.send('data', numbered(1, 100))
  await until(() => accepted.length === 3 && accepted.every((end) => end.messages.length === 1))
  link.close()
  await Promise.all([near.close(), far.close()])
  await until(() => accepted.every((end) => end.ends.length === 1))
  server.close()
  process.disconnect()
}

await (process.argv[2] === 'accept' ? accept() : openAndClose())
