/**
 * Bytes out to a file, to standard output, or to any Node.js stream.
 *
 * Playing must not wait for a disk or a pipe, so nothing here blocks: bytes queue in the stream, and a queue that passes
 * its bound ends the sink instead of growing. Whoever can wait, as a converter can, waits for `ready()`.
 */
import { constants, ftruncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import process from 'node:process'
import type { Writable } from 'node:stream'
import { TreecastError } from '../protocol/errors.js'
import { errorCode, firstLine } from './sources/failure.js'

/** Two minutes at 64 kbit/s: a player that is paused for longer has left. */
const DEFAULT_QUEUE_BYTES = 1024 * 1024

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory; make it first',
  ENOTDIR: 'a part of its path is no directory; check the path',
  EACCES: 'permission denied; choose another place',
  EPERM: 'permission denied; choose another place',
  EROFS: 'its file system is read-only; choose another place',
  EISDIR: 'it is a directory; name a file in it',
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
  EFBIG: 'the file has become too large; raise the limit (ulimit -f)',
  EIO: 'the device failed; choose another place',
  EPIPE: 'its reader has gone; keep the other program running',
  ECONNRESET: 'its reader has gone; keep the other program running',
  ERR_STREAM_DESTROYED: 'it has been closed',
  ERR_STREAM_WRITE_AFTER_END: 'it has been closed'
}

/** What is open for writing. After a failure calls do nothing, but for `ready` and `end`, which throw it again. */
export class ByteSink {
  /** Called once, when the output cannot be written any more: `output-unwritable`, with the system's error as cause. */
  onError: (error: TreecastError) => void = () => undefined
  /** Called once, before the first bytes. @internal */
  onStart: () => void = () => undefined
  #started = false
  readonly #name: string
  readonly #stream: Writable
  readonly #owned: boolean
  readonly #maxQueueBytes: number
  #failure: TreecastError | undefined
  #ended = false
  #finished = false
  /** Who waits for a change: the stream has drained, ended or failed. */
  readonly #waiting = new Set<() => void>()

  /** @param owned whether the stream is the sink's to close */
  constructor(name: string, stream: Writable, owned: boolean, maxQueueBytes = DEFAULT_QUEUE_BYTES) {
    this.#name = name
    this.#stream = stream
    this.#owned = owned
    this.#maxQueueBytes = maxQueueBytes
    stream.on('error', this.#onError)
    stream.on('drain', this.#wake)
    stream.on('close', this.#onClose)
  }

  /** Takes the next bytes, if there are any. */
  write(bytes: Uint8Array | undefined): void {
    if (this.over || bytes === undefined || bytes.length === 0) return
    const waiting = this.#stream.writableLength
    if (waiting > this.#maxQueueBytes) {
      const what = `its reader does not keep up, ${waiting} bytes are waiting; read it faster`
      this.#fail(unwritable(this.#name, new Error(what)))
      return
    }
    // An earlier recording is not lost to a show that never begins.
    if (!this.#started) this.onStart()
    this.#started = true
    this.#stream.write(bytes)
  }

  /** Whether it takes no more: it was ended, or failed. */
  get over(): boolean {
    return this.#ended || this.#failure !== undefined
  }

  /** Resolves when the stream takes more without queueing. */
  async ready(): Promise<void> {
    await this.#until(() => !this.#stream.writableNeedDrain)
  }

  /** Ends the stream in good order. Resolves when all bytes have been handed to the system. */
  async end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true
      this.#finish()
    }
    await this.#until(() => this.#finished)
    this.#stream.off('drain', this.#wake)
    this.#stream.off('close', this.#onClose)
    // A stream that failed may say so again and keeps its handler; one that lives on is its owner's again.
    this.#stream.off('error', this.#onError)
  }

  #finish(): void {
    if (this.#failure !== undefined) return
    const done = (error?: Error | null) => {
      if (error) this.#onError(error)
      this.#finished = true
      this.#wake()
    }
    if (this.#owned) this.#stream.once('close', done).end()
    // Writes are answered in their order: this one comes after all others.
    else this.#stream.write(new Uint8Array(0), done)
  }

  async #until(reached: () => boolean): Promise<void> {
    while (this.#failure === undefined && !reached()) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  readonly #wake = () => {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  readonly #onError = (error: unknown) => this.#fail(unwritable(this.#name, error))

  readonly #onClose = () => {
    if (!this.#stream.writableFinished) this.#fail(unwritable(this.#name, new Error('it has been closed')))
  }

  #fail(error: TreecastError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    if (this.#owned) this.#stream.destroy()
    this.#wake()
    this.onError(error)
  }
}

/**
 * Opens an output before there is any audio, so that a wrong path is known at once.
 *
 * @param target a path, `-` for standard output, or a stream, which stays its owner's to close
 * @throws TreecastError output-unwritable
 */
export async function openBytes(target: string | Writable, maxQueueBytes?: number): Promise<ByteSink> {
  if (typeof target !== 'string') {
    if (!target.writable) throw unwritable('the output', new Error('it has been closed'))
    return new ByteSink('the output', target, false, maxQueueBytes)
  }
  if (target === '-') return new ByteSink('standard output', process.stdout, false, maxQueueBytes)
  try {
    const file = await open(target, constants.O_WRONLY | constants.O_CREAT)
    const sink = new ByteSink(target, file.createWriteStream(), true, maxQueueBytes)
    if ((await file.stat()).isFile()) sink.onStart = () => ftruncateSync(file.fd)
    return sink
  } catch (error) {
    throw unwritable(target, error)
  }
}

function unwritable(name: string, error: unknown): TreecastError {
  const code = errorCode(error)
  const reason = (code === undefined ? undefined : REASONS[code]) ?? firstLine(error)
  return new TreecastError('output-unwritable', `${name} cannot be written: ${reason}`, { cause: error })
}
