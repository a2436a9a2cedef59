/** What libp2p 3 takes for granted and Node 20 lacks. Imported before libp2p, and by nothing else. */

import { WebSocket } from 'ws'

/** Longest message that is taken: a yamux window in Noise records, with room to spare; `ws` would take 100 MiB. */
const MAX_MESSAGE_BYTES = 512 * 1024

/**
 * `ws` as browsers' WebSocket behaves, where an error that nobody listens for is not thrown. libp2p listens only
 * until the socket is open, so that any server could end our process by one malformed frame.
 */
class NodeWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES })
    // The close that follows tells libp2p.
    this.on('error', () => undefined)
  }
}

interface Missing {
  WebSocket?: unknown
}

interface MissingOfPromise {
  withResolvers?: <T>() => {
    promise: Promise<T>
    resolve: (value: T) => void
    reject: (why?: unknown) => void
  }
}

;(globalThis as Missing).WebSocket ??= NodeWebSocket
;(Promise as MissingOfPromise).withResolvers ??= <T>() => {
  let resolve!: (value: T) => void
  let reject!: (why?: unknown) => void
  const promise = new Promise<T>((...both) => ([resolve, reject] = both))
  return { promise, resolve, reject }
}
