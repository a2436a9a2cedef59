/** Broadcasting from a page: a microphone, or any MediaStream. */

import type { Source } from '../audio/source.js'
import type { WebNetworkOptions } from '../runtime/web-platform.js'
import type { AirOptions, Broadcast } from './broadcast.js'

export interface BroadcastOptions extends AirOptions, Omit<WebNetworkOptions, 'p2p'> {
  /** What gives the frames, at the pace of their audio: `mediaStreamSource(stream)`, or one of your own. */
  readonly source: Source
}

/**
 * Begins a broadcast. Resolves when it is live: a tracker knows of it, and the first frame is about to be sent. Listeners
 * reach the page by WebRTC.
 *
 * @throws TreecastError `bad-option`; `unsupported`; `no-tracker`, `refused` or `version-mismatch`; and what is wrong with the
 *   source.
 */
export async function broadcast(options: BroadcastOptions): Promise<Broadcast> {
  const { goOnAirHere } = await import('./page-on-air.js')
  return goOnAirHere(options)
}
