/** A page on the air. Fetched by `broadcast()`: who only listens does without. */

import type { Source, SourceItem } from '../audio/source.js'
import { TreecastError } from '../protocol/errors.js'
import { webPlatform } from '../runtime/web-platform.js'
import { type Broadcast, goOnAir, type OpenedSource } from './broadcast.js'
import type { BroadcastOptions } from './web-broadcast.js'

/** As `broadcast()` in `web-broadcast.ts`. */
export async function goOnAirHere(options: BroadcastOptions): Promise<Broadcast> {
  // An offer would hold the origin's addresses.
  const given = options.roots === undefined ? options : { ...options, p2p: 'off' as const }
  const show = await goOnAir(webPlatform, given, () => open(options.source))
  const leave = (): void => void show.close()
  globalThis.addEventListener('pagehide', leave)
  void show.ended.catch(() => undefined).then(() => globalThis.removeEventListener('pagehide', leave))
  return show
}

async function open(source: Source): Promise<OpenedSource> {
  const items = source[Symbol.asyncIterator]()
  const first = await items.next()
  if (first.done === true) throw new TreecastError('source-empty', 'the source holds no audio')
  return {
    first: first.value,
    rest: (signal) => until(items, signal),
    release: () => Promise.resolve(items.return?.())
  }
}

/** The items up to the signal; at it the source is let go, even while it is waited for. */
async function* until(items: AsyncIterator<SourceItem>, signal: AbortSignal): AsyncGenerator<SourceItem> {
  signal.addEventListener('abort', () => void items.return?.(), { once: true })
  if (signal.aborted) void items.return?.()
  for (;;) {
    const item = await items.next()
    if (item.done === true || signal.aborted) return
    yield item.value
  }
}
