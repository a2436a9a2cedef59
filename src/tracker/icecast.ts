/**
 * The tracker in the words of Icecast's `/status-json.xsl`, for programs that count listeners there: a broadcast is a mount.
 * It carries no audio and no metadata, so it knows no title and no bitrate, and says none.
 */

import type { BroadcastStats } from '../protocol/tracker/machine.js'
import type { BroadcastId } from '../protocol/wire/broadcast.js'

export interface IcecastOptions {
  /** Peers' way to this tracker: ws://host:port. */
  readonly url: string
  /** ms of 1970. */
  readonly startedAt: number
  /** A broadcast's link; undefined where broadcasts are not named. */
  readonly link: ((id: BroadcastId) => string) | undefined
}

export function icecastStatus(broadcasts: readonly BroadcastStats[], options: IcecastOptions): object {
  const { url, startedAt, link } = options
  const start = new Date(startedAt)
  const sources = broadcasts
    .filter(({ live }) => live)
    .map(({ id, listeners, peakListeners }) => ({
      ...(link === undefined ? {} : { listenurl: link(id) }),
      listeners,
      listener_peak: peakListeners,
      server_name: link === undefined ? 'unlisted' : id.name,
      server_type: 'application/ogg'
    }))
  return {
    icestats: {
      host: new URL(url).hostname,
      server_id: 'treecast tracker',
      server_start: start.toUTCString(),
      server_start_iso8601: start.toISOString(),
      // As Icecast does: none is absent, one is alone, several are a list.
      ...(sources.length === 0 ? {} : { source: sources.length === 1 ? sources[0] : sources })
    }
  }
}
