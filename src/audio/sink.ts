/** Ogg Opus out to a file, to standard output, or to any Node.js stream. Nothing here blocks: see `byte-sink.ts`. */
import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import type { TreecastError } from '../protocol/errors.js'
import type { Frame, StreamFormat } from '../protocol/media/frame.js'
import { type ByteSink, openBytes } from './byte-sink.js'
import { OpusWriter } from './ogg/opus-writer.js'
import type { Tag } from './source.js'

export interface SinkOptions {
  /** The first stream's serial number in Ogg; any will do, but two files that are joined want different ones. Default: by
   * lot. */
  readonly serial?: number
  /** The most audio on one Ogg page, in ms. */
  readonly pageMs?: number
  /** What may wait for a slow disk or reader, in bytes. */
  readonly maxQueueBytes?: number
}

/** What is open for writing. After a failure calls do nothing, but for `ready` and `end`, which throw it again. */
export class OggSink {
  /** Called once, when the output cannot be written any more: `output-unwritable`, with the system's error as cause. */
  onError: (error: TreecastError) => void = () => undefined
  readonly #bytes: ByteSink
  readonly #writer: OpusWriter

  /** Use {@link openSink}. */
  constructor(bytes: ByteSink, options: SinkOptions) {
    this.#bytes = bytes
    bytes.onError = (error) => this.onError(error)
    this.#writer = new OpusWriter({ serial: randomBytes(4).readUInt32BE(), ...options })
  }

  /** Begins a stream, at first and wherever a chained stream begins. */
  start(format: StreamFormat, tags: readonly Tag[] = []): void {
    if (!this.#bytes.over) this.#bytes.write(this.#writer.start(format, tags))
  }

  write(frame: Frame): void {
    if (!this.#bytes.over) this.#bytes.write(this.#writer.write(frame))
  }

  /** Keeps the time of frames that are missing; `samples` is a multiple of 120. */
  gap(samples: number): void {
    if (!this.#bytes.over) this.#bytes.write(this.#writer.gap(samples))
  }

  /** Resolves when the stream takes more without queueing. */
  async ready(): Promise<void> {
    await this.#bytes.ready()
  }

  /** Ends the stream in good order. Resolves when all bytes have been handed to the system. */
  async end(): Promise<void> {
    if (!this.#bytes.over) this.#bytes.write(this.#writer.end())
    await this.#bytes.end()
  }
}

/**
 * Opens an output before there is any audio, so that a wrong path is known at once.
 *
 * @param target a path, `-` for standard output, or a stream, which stays its owner's to close
 * @throws TreecastError output-unwritable
 */
export async function openSink(target: string | Writable, options: SinkOptions = {}): Promise<OggSink> {
  return new OggSink(await openBytes(target, options.maxQueueBytes), options)
}
