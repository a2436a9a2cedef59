/** Opens a {@link Link} to a WebSocket server, as a tracker is one. */

import type { ClientRequest, IncomingMessage } from 'node:http'

import { WebSocket } from 'ws'

import { DIAL_TIMEOUT_MS } from '../../protocol/limits.js'
import { DialError, type Link, type LinkLimits } from '../link.js'
import { webSocketLink } from './link.js'

/**
 * @param url `ws:` or `wss:`.
 * @throws DialError when the server does not answer, or answers with something else.
 */
export function dialWebSocket(url: string, limits: LinkLimits, signal?: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      reject(new DialError(`cannot reach ${url}: ${reason}`, { cause }))
    }
    if (signal?.aborted === true) {
      fail('the dial was aborted', signal.reason)
      return
    }
    const socket = open(url, limits, fail)
    if (socket === undefined) return
    const onAbort = (): void => {
      fail('the dial was aborted', signal?.reason)
      socket.terminate()
    }
    const settle = (): void => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort)
    socket.once('open', () => {
      settle()
      resolve(webSocketLink(socket, limits))
    })
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      settle()
      fail(`it answers HTTP ${response.statusCode ?? ''} instead of WebSocket`)
      request.destroy()
    })
    // Stays on: a socket that is torn down reports an error once more.
    socket.on('error', (error) => {
      settle()
      fail(explain(error), error)
    })
  })
}

function open(
  url: string,
  limits: LinkLimits,
  fail: (reason: string, cause: unknown) => void
): WebSocket | undefined {
  try {
    return new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: limits.maxMessageBytes,
      handshakeTimeout: DIAL_TIMEOUT_MS
    })
  } catch (error) {
    fail('not a ws:// or wss:// URL', error)
    return undefined
  }
}

function explain(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name cannot be resolved'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to it'
    default:
      return error.message.includes('handshake has timed out')
        ? `no answer within ${DIAL_TIMEOUT_MS} ms`
        : error.message
  }
}
