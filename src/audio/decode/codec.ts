/**
 * The decoder seam: one Opus packet in, its samples out, in order. What a stream asks for beyond that (pre-skip, gain,
 * concealment, time) is {@link StreamDecoder}'s, so that it is the same whoever decodes.
 */

/** A channel each, of equal length; 48 kHz, −1…1. They belong to who is given them. */
export type Pcm = readonly Float32Array<ArrayBuffer>[]

export interface Codec {
  /** Decodes one packet. `done` is called once, in the order of the calls; with `undefined` if it is no valid packet. */
  decode(data: Uint8Array, done: (pcm: Pcm | undefined) => void): void
  /** Resolves when all that was asked for is answered. */
  flush(): Promise<void>
  /** From here on nothing is answered. Idempotent. */
  close(): void
}

/** A kind of codec, ready to be made: choosing and loading it took time, making one takes none. */
export interface CodecKind {
  readonly name: 'webcodecs' | 'wasm'
  make(channels: 1 | 2): Codec
}
