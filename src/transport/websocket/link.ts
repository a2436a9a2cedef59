/**
 * A {@link Link} on a WebSocket of `ws`, for either side: what a tracker's clients dial, and what the tracker
 * wraps around a socket that it accepted. A message is one binary WebSocket message, so there is no framing here.
 */

import { concat } from 'uint8arrays/concat'
import type { WebSocket } from 'ws'

import { EagerLink } from '../eager-link.js'
import type { CloseReason, LinkLimits } from '../link.js'

/** How long the far side may take to answer our close before the socket is destroyed. */
const CLOSE_GRACE_MS = 1_000

/** WebSocket's status codes (RFC 6455, 7.4.1) that tell one ending from another. */
const NORMAL = 1000
const ABNORMAL = 1006
const UNSUPPORTED_DATA = 1003

/** Errors of `ws` about what the far side sent, as opposed to errors of the network. */
const PROTOCOL_ERROR = 'WS_ERR_'

/**
 * @param socket An open socket. It should have been made with `perMessageDeflate: false` and
 * `maxPayload: limits.maxMessageBytes`, so that a giant is refused before it is read.
 */
export function webSocketLink(socket: WebSocket, limits: LinkLimits): WebSocketLink {
  return new WebSocketLink(socket, limits)
}

export class WebSocketLink extends EagerLink {
  readonly #socket: WebSocket

  constructor(socket: WebSocket, limits: LinkLimits) {
    super('websocket', undefined, limits)
    this.#socket = socket
    // Not the default of `ws`, which may split a message into an array of buffers.
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data, isBinary) => this.#onData(data as Buffer, isBinary))
    socket.on('error', (error) =>
      this.over(errorCode(error).startsWith(PROTOCOL_ERROR) ? 'malformed' : 'lost')
    )
    socket.on('close', (code) => this.over(reasonOf(code)))
  }

  protected override queuedBytes(): number {
    return this.#socket.bufferedAmount
  }

  protected override transmit(head: Uint8Array, body: Uint8Array | undefined): boolean {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return false
    // One part, not two fragments: what a tracker is sent is small, and fragments would be joined there by a copy.
    socket.send(body === undefined ? head : concat([head, body]))
    return true
  }

  protected override tearDown(reason: CloseReason): void {
    const socket = this.#socket
    switch (reason) {
      case 'closed': {
        socket.close(NORMAL)
        const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS)
        socket.once('close', () => clearTimeout(timer))
        return
      }
      case 'malformed':
        socket.close(UNSUPPORTED_DATA)
        socket.terminate()
        return
      case 'remote':
      case 'lost':
      case 'overflow':
        socket.terminate()
    }
  }

  #onData(data: Buffer, isBinary: boolean): void {
    // Not the Buffer itself: its `slice` aliases, where a Uint8Array's copies.
    if (isBinary) this.received(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    else this.over('malformed')
  }
}

/** Without a closing handshake (RFC 6455 calls that 1006) the connection was lost; any other code was said. */
function reasonOf(code: number): CloseReason {
  return code === ABNORMAL ? 'lost' : 'remote'
}

function errorCode(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
