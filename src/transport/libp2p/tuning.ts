/**
 * libp2p's layers, set up so that relaying a packet costs half of what it costs out of the box, and a burst of them
 * a fifth, and so that a stranger cannot fill our memory through them. `bench/transport/relay.ts` measures the
 * first: over TCP, for a 900 B message to each of 8 children, 51 µs of CPU a message became 25, and 30 became 6
 * where sixteen come at once (the latter by gathering, in `link.ts`). What is left is ChaCha20-Poly1305 for the most
 * part. `test/transport/libp2p-hostile.test.ts` proves the second.
 *
 * Everything here works on the objects that libp2p gives to its plug-ins. Where a member is not part of their
 * types, it is looked for first, and without it libp2p behaves as it always does: slower and less guarded, which
 * those tests would tell.
 */

import { noise } from '@chainsafe/libp2p-noise'
import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  SecuredConnection,
  Stream,
  StreamMuxerFactory
} from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'

import type { LinkLimits } from '../link.js'

/** The window that yamux begins with, by its specification. It may not grow: what a slow peer has not read waits
 * in our memory or the kernel's, and is stale anyway. */
const WINDOW_BYTES = 256 * 1024

/** The longest yamux frame that an honest peer can send: a window of data behind its header. */
const MAX_YAMUX_FRAME_BYTES = WINDOW_BYTES + 12

type Make<Plugin, Components> = (components: Components) => Plugin

/** Noise, with whole writes below it and bounded buffers. */
export function noiseRecords(
  limits: LinkLimits
): Make<ConnectionEncrypter, Parameters<ReturnType<typeof noise>>[0]> {
  return (components) => {
    const encrypter = noise()(components)
    const tuned = async (connection: MessageStream, secure: () => Promise<SecuredConnection>) => {
      writeWhole(connection)
      skipUnheardEvents(connection)
      const secured = await secure()
      skipUnheardEvents(secured.connection)
      throwWithoutTrace(secured.connection)
      // Answers to a flood of pings would wait here without end, were the flooder not to read them.
      secured.connection.maxWriteBufferLength = WINDOW_BYTES + limits.controlQueueBytes
      return secured
    }
    return {
      protocol: encrypter.protocol,
      secureInbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
        tuned(connection, () => encrypter.secureInbound(connection, options)),
      secureOutbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
        tuned(connection, () => encrypter.secureOutbound(connection, options))
    }
  }
}

/** Yamux for one stream a connection. */
export function yamuxStreams(): Make<StreamMuxerFactory, unknown> {
  return () => {
    const factory = yamux({ maxInboundStreams: 1, streamOptions: { maxStreamWindowSize: WINDOW_BYTES } })()
    return {
      protocol: factory.protocol,
      createStreamMuxer: (connection) => {
        const muxer = factory.createStreamMuxer(connection)
        boundFrames(muxer)
        return muxer
      }
    }
  }
}

/** What makes a stream of ours cheaper once it is open. */
export function tuneStream(stream: Stream): void {
  skipUnheardEvents(stream)
  gatherWindowUpdates(stream)
}

/**
 * Yamux grants the sender new window for each frame, so that every packet of ours is answered by a record to be
 * read, decrypted and parsed. Here it does so when half of the window is used up, as yamux in Go does. Saves 20 µs.
 */
function gatherWindowUpdates(stream: Stream): void {
  const inner = stream as Stream & {
    sendWindowUpdate?: () => void
    recvWindow?: number
    recvWindowCapacity?: number
  }
  const update = inner.sendWindowUpdate?.bind(stream)
  if (update === undefined || inner.recvWindow === undefined) return
  inner.sendWindowUpdate = () => {
    if (inner.recvWindowCapacity! <= inner.recvWindow! / 2) update()
  }
}

/**
 * A record is a length and a ciphertext, which would go out as two writes: two system calls and two TCP segments,
 * or two WebSocket messages. Joining them costs a copy. Saves 2 µs over TCP, and more over WebSocket.
 */
function writeWhole(connection: MessageStream): void {
  const send = connection.send.bind(connection)
  connection.send = (data) => send(data.subarray())
}

/** Each layer makes an event for each write, which nobody hears. Saves 1 µs. */
function skipUnheardEvents(emitter: MessageStream): void {
  const dispatch = emitter.safeDispatchEvent.bind(emitter)
  emitter.safeDispatchEvent = (type, detail) => emitter.listenerCount(type) === 0 || dispatch(type, detail)
}

/**
 * After each chunk of bytes Noise tries to read one more length, and learns from a RangeError that there is none.
 * Its stack trace costs 15 µs for each chunk that comes in; one error made beforehand has none.
 */
function throwWithoutTrace(secured: MessageStream): void {
  const decoder = (secured as { decoder?: { lengthDecoder?: (data: { length: number }) => number } }).decoder
  const decode = decoder?.lengthDecoder
  if (decoder === undefined || decode === undefined) return
  const tooShort = new RangeError('not a whole length yet')
  decoder.lengthDecoder = (data) => {
    if (data.length < 2) throw tooShort
    return decode(data)
  }
}

/** Yamux collects a frame of whatever length its header announces, up to 4 GiB, before it looks at its window. */
function boundFrames(muxer: object): void {
  const inner = muxer as {
    onData?: (data: Uint8Array) => void
    decoder?: { buffer?: { byteLength: number } }
  }
  const onData = inner.onData?.bind(muxer)
  if (onData === undefined) return
  inner.onData = (data) => {
    onData(data)
    // Thrown here, it ends the connection.
    if ((inner.decoder?.buffer?.byteLength ?? 0) > MAX_YAMUX_FRAME_BYTES) throw new Error('a giant frame')
  }
}
