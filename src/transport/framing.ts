/**
 * Messages over byte streams. TCP, WebSocket and yamux deliver bytes in chunks of their own choosing; a frame is
 * a message behind its length, so that the far side can cut the messages out again:
 *
 *     length (2 bytes, big endian, 1 … 65,535) · message (length bytes)
 *
 * Two bytes suffice, since the longest message of the protocol is 16 KiB. A length of 0 is malformed: there is no
 * empty message, and a run of zero bytes must not pass for a million of them.
 */

import { Uint8ArrayList } from 'uint8arraylist'

/** Bytes of the length before each message. */
const LENGTH_BYTES = 2

/** The longest message that {@link LENGTH_BYTES} can announce. */
export const MAX_FRAMED_BYTES = 0xffff

/** Bytes that are no frame: a length of zero or above the bound, or an end in the middle of a frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/**
 * A message, in one part or two, as the bytes to put on the stream. The head is copied behind its length (it is a
 * few bytes); the body, which a relay sends to many children, is not.
 */
export function frame(head: Uint8Array, body?: Uint8Array): Uint8ArrayList {
  const length = head.byteLength + (body?.byteLength ?? 0)
  if (length === 0 || length > MAX_FRAMED_BYTES) {
    throw new RangeError(`a frame holds 1 to ${MAX_FRAMED_BYTES} bytes, not ${length}`)
  }
  const front = new Uint8Array(LENGTH_BYTES + head.byteLength)
  front[0] = length >>> 8
  front[1] = length & 0xff
  front.set(head, LENGTH_BYTES)
  return body === undefined ? new Uint8ArrayList(front) : new Uint8ArrayList(front, body)
}

/**
 * Cuts a stream of bytes into messages, whatever its chunks are.
 *
 * A message that lies whole in a chunk is handed out as a view of the chunk; only one that straddles chunks is
 * copied, once. At most one message is held back, so memory is bounded by the longest message.
 */
export class FrameDecoder {
  readonly #maxMessageBytes: number
  /** The first byte of a length whose second byte has not come yet. */
  #firstLengthByte: number | undefined
  /** The message that straddles chunks, and how much of it is here. */
  #partial: Uint8Array | undefined
  #filled = 0

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = Math.min(maxMessageBytes, MAX_FRAMED_BYTES)
  }

  /**
   * Takes the next bytes of the stream and gives the messages that they complete. The iterator must be used up
   * before the next call.
   *
   * @throws FrameError at the place where the bytes stop being frames; messages before it have been given.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let at = 0
    while (at < chunk.byteLength) {
      if (this.#partial !== undefined) {
        at += this.#fill(this.#partial, chunk, at)
        if (this.#filled < this.#partial.byteLength) return
        const message = this.#partial
        this.#partial = undefined
        yield message
        continue
      }
      const first = this.#firstLengthByte ?? chunk[at++]!
      if (at === chunk.byteLength) {
        this.#firstLengthByte = first
        return
      }
      this.#firstLengthByte = undefined
      const length = (first << 8) | chunk[at++]!
      this.#check(length)
      if (at + length <= chunk.byteLength) {
        // Not `chunk.subarray`: on Node's Buffer that gives a Buffer, whose `slice` aliases.
        yield new Uint8Array(chunk.buffer, chunk.byteOffset + at, length)
        at += length
      } else {
        this.#partial = new Uint8Array(length)
        this.#filled = 0
      }
    }
  }

  /** @throws FrameError if the stream ended in the middle of a frame. */
  end(): void {
    if (this.#partial !== undefined || this.#firstLengthByte !== undefined) {
      throw new FrameError('the stream ended in the middle of a message')
    }
  }

  #fill(partial: Uint8Array, chunk: Uint8Array, from: number): number {
    const taken = Math.min(partial.byteLength - this.#filled, chunk.byteLength - from)
    partial.set(chunk.subarray(from, from + taken), this.#filled)
    this.#filled += taken
    return taken
  }

  #check(length: number): void {
    if (length === 0) throw new FrameError('a message of zero bytes')
    if (length > this.#maxMessageBytes) {
      throw new FrameError(`a message of ${length} bytes where ${this.#maxMessageBytes} are allowed`)
    }
  }
}

/** A source of bytes as libp2p's streams are one. */
export type ByteSource = AsyncIterable<Uint8Array | Uint8ArrayList>

/**
 * {@link FrameDecoder} as a step of an it-pipe pipeline: `pipe(stream, unframe(max), sink)`.
 */
export function unframe(maxMessageBytes: number): (source: ByteSource) => AsyncGenerator<Uint8Array> {
  return async function* messages(source) {
    const decoder = new FrameDecoder(maxMessageBytes)
    for await (const chunk of source) {
      if (chunk instanceof Uint8Array) yield* decoder.push(chunk)
      else for (const piece of chunk) yield* decoder.push(piece)
    }
    decoder.end()
  }
}
