/** A {@link Link} on a browser's own WebSocket, to a tracker. */

import { concat } from 'uint8arrays/concat'
import { DIAL_TIMEOUT_MS } from '../../protocol/limits.js'
import { EagerLink } from '../eager-link.js'
import { DialError, type Link, type LinkLimits } from '../link.js'

/** WebSocket's status codes (RFC 6455, 7.4.1). A page may say no other than the first. */
const NORMAL = 1000
const ABNORMAL = 1006

/**
 * @param url `ws:` or `wss:`.
 * @throws DialError when the server does not answer. A browser does not tell why.
 */
export function dialFromPage(url: string, limits: LinkLimits, signal?: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      reject(new DialError(`cannot reach ${url}: ${reason}`, { cause }))
    }
    const onAbort = (): void => {
      fail('the dial was aborted', signal?.reason)
      socket?.close()
    }
    const timer = setTimeout(() => {
      fail(`no answer within ${DIAL_TIMEOUT_MS} ms`)
      socket?.close()
    }, DIAL_TIMEOUT_MS)
    const socket = open(url, fail)
    if (socket === undefined) return
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    socket.onopen = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      resolve(new PageWebSocketLink(socket, limits))
    }
    socket.onclose = () => fail('it does not answer as a WebSocket server')
  })
}

function open(url: string, fail: (reason: string, cause: unknown) => void): WebSocket | undefined {
  try {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    return socket
  } catch (error) {
    const isMixed = url.startsWith('ws:') && globalThis.location.protocol === 'https:'
    fail(isMixed ? 'a page that came by https may only use wss:// trackers' : String(error), error)
    return undefined
  }
}

class PageWebSocketLink extends EagerLink {
  readonly #socket: WebSocket

  constructor(socket: WebSocket, limits: LinkLimits) {
    super('websocket', undefined, limits)
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.received(new Uint8Array(data))
      else this.over('malformed')
    }
    socket.onclose = ({ code }) => this.over(code === ABNORMAL ? 'lost' : 'remote')
  }

  protected override queuedBytes(): number {
    return this.#socket.bufferedAmount
  }

  protected override transmit(head: Uint8Array, body: Uint8Array | undefined): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    this.#socket.send((body === undefined ? head : concat([head, body])) as Uint8Array<ArrayBuffer>)
    return true
  }

  protected override tearDown(): void {
    this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close(NORMAL)
  }
}
