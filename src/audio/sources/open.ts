/**
 * From what a publisher names, a path, `-` or an address, to the source behind it.
 */
import process from 'node:process'
import type { Readable } from 'node:stream'
import { TreecastError } from '../../protocol/errors.js'
import { OpusReader } from '../ogg/opus-reader.js'
import type { Source, SourceItem } from '../source.js'
import { fileBytes } from './file.js'
import { httpBytes, publicName } from './http.js'
import { stdinBytes } from './stdin.js'

/** A listener's buffer is empty long before; and encoders that burst do so every 4 s at most. */
const DEFAULT_STALL_MS = 10_000

export interface OpenOptions {
  /** Begin again at the end, for ever. Files only. */
  readonly loop?: boolean
  /** How long a source may be open and give nothing, in ms. */
  readonly stallMs?: number
  /** Ends the source where it is, as if the show ended there: the iteration is over, and nothing is thrown. */
  readonly signal?: AbortSignal
  /** Pass over damage instead of throwing. Default: for http(s) addresses only. */
  readonly lossy?: boolean
  /** Stands in for standard input. */
  readonly stdin?: Readable
}

/** Whether the source comes at its own pace, rather than as fast as it is read. */
export function isLive(spec: string): boolean {
  return spec === '-' || isAddress(spec)
}

/**
 * Opens a source at the first `next()` of an iteration, and releases it at the end, at `return()` (even while a `next()`
 * is waiting), and at the signal.
 *
 * @param spec a path, `-` for standard input, or an http(s) address of Ogg Opus
 * @throws TreecastError bad-option at once; all else from the iteration
 */
export function openSource(spec: string, options: OpenOptions = {}): Source {
  if (options.loop === true && isLive(spec)) {
    throw new TreecastError('bad-option', `--loop needs a file, and ${nameOf(spec)} is none; leave it out`)
  }
  return {
    [Symbol.asyncIterator]() {
      const stop = new AbortController()
      const signal =
        options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
      const items = read(spec, options, signal)
      return {
        next: () => items.next(),
        return: () => {
          // A generator would let a waiting next() finish first, which may take for ever.
          stop.abort()
          return items.return(undefined)
        }
      }
    }
  }
}

async function* read(
  spec: string,
  options: OpenOptions,
  signal: AbortSignal
): AsyncGenerator<SourceItem, undefined> {
  do {
    const name = nameOf(spec)
    const reader = new OpusReader({ name, lossy: options.lossy ?? isAddress(spec) })
    for await (const chunk of bytesOf(spec, options, signal)) {
      for (const item of reader.push(chunk)) yield item
    }
    // What was cut off on purpose is not judged.
    if (signal.aborted) return
    for (const item of reader.end()) yield item
  } while (options.loop === true)
}

function bytesOf(spec: string, options: OpenOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stallMs = options.stallMs ?? DEFAULT_STALL_MS
  if (spec === '-') return stdinBytes(options.stdin ?? process.stdin, { name: nameOf(spec), stallMs, signal })
  return isAddress(spec) ? httpBytes(spec, { stallMs, signal }) : fileBytes(spec, signal)
}

function isAddress(spec: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(spec)
}

function nameOf(spec: string): string {
  return spec === '-' ? 'standard input' : publicName(spec)
}
