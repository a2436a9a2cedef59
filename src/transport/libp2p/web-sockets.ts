/**
 * libp2p's WebSocket transport with what its listener lacks: it waits for a first request as long as a stranger
 * likes, takes messages of 100 MiB before Noise has seen a byte of them, and does not listen for errors, so that
 * one malformed WebSocket frame from anybody would end the process. The listener's servers are not part of its
 * type; were they to go, `test/transport/libp2p-hostile.test.ts` would tell.
 */

import type { Server, Socket } from 'node:net'

import { webSockets } from '@libp2p/websockets'
import type { WebSocketServer } from 'ws'

import { HELLO_TIMEOUT_MS } from '../../protocol/limits.js'

/** WebSocket's own write buffer before libp2p is told to wait, where its default is 4 MiB. As much as a TCP
 * socket takes, so that a slow link drops packets early on either transport. */
const WRITE_BUFFER_BYTES = 16 * 1024

/** libp2p polls whether a full WebSocket has emptied: often enough for packets of 20 ms. */
const POLL_MS = 10

/** Longest message: the records of a whole yamux window, which libp2p may write at once, with room to spare. */
const MAX_MESSAGE_BYTES = 512 * 1024

/** The same in Node.js and in browsers. */
export const SMALL_BUFFERS = {
  maxBufferedAmount: WRITE_BUFFER_BYTES,
  bufferedAmountPollInterval: POLL_MS
}

type WebSocketsPlugin = ReturnType<typeof webSockets>

export function boundedWebSockets(): WebSocketsPlugin {
  return (components) => {
    const transport = webSockets(SMALL_BUFFERS)(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener = createListener(options)
      bound(listener)
      return listener
    }
    return transport
  }
}

function bound(listener: object): void {
  const { server, wsServer } = listener as { server?: Server; wsServer?: WebSocketServer }
  if (server === undefined || wsServer === undefined) return
  wsServer.options.maxPayload = MAX_MESSAGE_BYTES
  const waiting = new WeakMap<Socket, NodeJS.Timeout>()
  server.on('connection', (socket: Socket) => {
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
    waiting.set(socket, timer)
  })
  // The handshake bypasses the server's own event, and calls this with the socket below.
  const welcome = wsServer.handleUpgrade.bind(wsServer)
  wsServer.handleUpgrade = (request, socket, head, callback) => {
    welcome(request, socket, head, (webSocket, upgraded) => {
      clearTimeout(waiting.get(request.socket))
      // The close that follows tells libp2p.
      webSocket.on('error', () => undefined)
      callback(webSocket, upgraded)
    })
  }
}
