/**
 * The bytes of any Node.js stream, standard input above all, with an eye on streams that are open and give nothing.
 */
import type { Readable } from 'node:stream'
import type { TreecastError } from '../../protocol/errors.js'
import { stalled, unreadable } from './failure.js'

export interface StreamOptions {
  /** What to call it in messages. */
  readonly name: string
  /** How long it may give nothing, in ms. */
  readonly stallMs: number
  /** Ends the reading, as if the stream ended there. */
  readonly signal: AbortSignal
  /** What an error of the stream's means. */
  readonly broken?: (error: unknown) => TreecastError
}

/** Reads the stream to its end and destroys it, however the reading ends. */
export async function* streamBytes(stream: Readable, options: StreamOptions): AsyncGenerator<Uint8Array> {
  const { name, stallMs, signal } = options
  const broken = options.broken ?? ((error: unknown) => unreadable(name, error))
  // Destroying the stream is also what wakes a read that waits for it.
  const release = () => void stream.destroy()
  signal.addEventListener('abort', release, { once: true })
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>
  try {
    while (!signal.aborted) {
      const chunk = await nextWithin(chunks, stallMs, () => {
        release()
        return stalled(name, stallMs)
      })
      if (chunk === undefined) return
      yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof Stall ? error.reason : broken(error)
  } finally {
    signal.removeEventListener('abort', release)
    release()
  }
}

/** Standard input. */
export function stdinBytes(
  stdin: Readable & { isTTY?: boolean },
  options: StreamOptions
): AsyncGenerator<Uint8Array> {
  if (stdin.isTTY === true) {
    throw unreadable(
      options.name,
      new Error('it is a terminal; pipe Ogg Opus in: ffmpeg … -c:a libopus -f ogg - | treecast …')
    )
  }
  return streamBytes(stdin, options)
}

/** Tells a stall from the error that ending it causes. */
class Stall extends Error {
  readonly reason: TreecastError

  constructor(reason: TreecastError) {
    super(reason.message)
    this.reason = reason
  }
}

async function nextWithin<T>(
  items: AsyncIterator<T>,
  ms: number,
  late: () => TreecastError
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Stall(late())), ms)
  })
  const next = items.next()
  // If the timeout wins, the read fails later, unheard.
  next.catch(() => undefined)
  try {
    const result = await Promise.race([next, timeout])
    return result.done === true ? undefined : result.value
  } finally {
    clearTimeout(timer)
  }
}
