/** Broadcasting in Node.js: from files, pipes and addresses, at the pace of their audio. */

import { once } from 'node:events'
import { pace } from '../audio/pacer.js'
import type { Source, SourceItem } from '../audio/source.js'
import { isLive, openSource } from '../audio/sources/open.js'
import { TreecastError } from '../protocol/errors.js'
import { openRecording } from '../recording/file.js'
import { hash } from '../runtime/crypto.js'
import { type NodeNetworkOptions, nodePlatform } from '../runtime/node-platform.js'
import { type AirOptions, type Broadcast, goOnAir, type OpenedSource } from './broadcast.js'
import { checkNumber, checkPorts } from './options.js'
import { checkPast, checkPublic, type KeepOptions, pastOf } from './past.js'

export interface BroadcastOptions extends AirOptions, NodeNetworkOptions, KeepOptions {
  /** An Ogg Opus file, `-` for standard input, an `http(s)://` stream, or a source of your own. */
  readonly source: string | Source
  /** Begin a file again when it ends, for ever. */
  readonly loop?: boolean
  /** Send faster than the audio: for rehearsals and tests. Default 1. */
  readonly speed?: number
  /** Records the show to this Ogg Opus file as it goes on, with its proof beside it in `FILE.proof`. There must be none
   * yet. */
  readonly record?: string
  /** How long a source may give nothing before the show is ended, ms; default 10,000. */
  readonly stallMs?: number
}

/**
 * Begins a broadcast. Resolves when it is live: a tracker knows of it, and the first frame is about to be sent.
 *
 * @throws TreecastError `bad-option`; `output-unwritable`; `cannot-listen`; `no-tracker`, `refused` or `version-mismatch`; and what is wrong
 *   with the beginning of the source (`source-unreadable`, `not-ogg`, `not-opus`, …).
 */
export async function broadcast(options: BroadcastOptions): Promise<Broadcast> {
  checkNumber('speed', options.speed, Number.MIN_VALUE, Infinity)
  checkNumber('stallMs', options.stallMs, 1, Infinity)
  checkPorts(options)
  checkPast(options)
  checkPublic(options.private === true, options)
  // An offer would hold the origin's addresses.
  const shown = options.roots === undefined ? options : { ...options, webrtc: false }
  const keeps = options.keepMb !== undefined && options.keepMb > 0
  const given = keeps ? { ...shown, replay: pastOf(options, nodePlatform.randomUint32()) } : shown
  const { record } = options
  if (record === undefined) return goOnAir(nodePlatform, given, () => begin(options))
  const recording = await openRecording(record, hash)
  try {
    return await goOnAir(nodePlatform, given, () => begin(options), recording)
  } catch (error) {
    await recording.end()
    throw error
  }
}

async function begin(options: BroadcastOptions): Promise<OpenedSource> {
  const { source, loop = false, stallMs, signal } = options
  const opened =
    typeof source === 'string'
      ? openSource(source, {
          loop,
          ...(stallMs === undefined ? {} : { stallMs }),
          ...(signal === undefined ? {} : { signal })
        })
      : source
  const rest = opened[Symbol.asyncIterator]()
  const first = await Promise.race([rest.next(), ...(signal === undefined ? [] : [aborted(signal)])])
  signal?.throwIfAborted()
  if (first.done === true) {
    throw new TreecastError('source-empty', 'the source holds no audio; name an Ogg Opus source')
  }
  return {
    first: first.value,
    rest: (stop) => paced(rest, options, stop),
    release: () => Promise.resolve(rest.return?.())
  }
}

/** Rejects with the signal's reason. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

/** The rest of the source at the audio's pace, until the signal. */
function paced(
  rest: AsyncIterator<SourceItem>,
  options: BroadcastOptions,
  signal: AbortSignal
): AsyncIterable<SourceItem> {
  const { source, speed = 1 } = options
  const live = typeof source !== 'string' || isLive(source)
  signal.addEventListener('abort', () => void rest.return?.(), { once: true })
  return pace({ [Symbol.asyncIterator]: () => rest }, { speed, live, signal })
}
