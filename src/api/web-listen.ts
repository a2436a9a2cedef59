/** Listening in a page. */

import type { PlaybackOptions } from '../audio/playback/playback.js'
import {
  DEFAULT_BUFFER_MS,
  DEFAULT_PAGE_LINKS,
  DEFAULT_PAGE_UPLOAD_KBPS,
  MAX_BUFFER_MS,
  MIN_BUFFER_MS,
  PLAYBACK_MARGIN_MS
} from '../protocol/limits.js'
import type { BroadcastLink } from '../protocol/wire/link.js'
import { now } from '../runtime/clock.js'
import { type WebNetworkOptions, webPlatform } from '../runtime/web-platform.js'
import { join, type JoinOptions } from './listen.js'
import { checkNumber, checkOneOf } from './options.js'
import type { PastOptions } from './past.js'
import { mayRelay, type RelayChoice } from './relaying.js'
import type { Past } from './start-peer.js'
import { WebListener } from './web-listener.js'

export interface ListenOptions
  extends
    JoinOptions,
    WebNetworkOptions,
    PastOptions,
    Pick<PlaybackOptions, 'workletUrl' | 'context' | 'output'> {
  /** Pass on to others what is heard. Default `auto`: not on metered or cellular connections, nor on a phone that does not
   * tell what it is on. */
  readonly relay?: RelayChoice
  /** Whether the past can be heard: `seek()` and `timeline()` are of use then, and a show that is over is heard out of those who kept
   * it. Some 5 KB more are fetched. Default: only with `from` or `keepMb`. */
  readonly past?: boolean
  /** How far behind the live edge the show is heard, and so how long a missing packet is waited for, ms; 500…5,000, default
   * 2,000. */
  readonly bufferMs?: number
}

/** Less would leave nothing to wait for a missing packet. */
const MIN_PAGE_BUFFER_MS = MIN_BUFFER_MS + PLAYBACK_MARGIN_MS + 100

/**
 * Joins a broadcast from a page. Resolves as soon as somebody has shown the publisher's certificate for it; `play()` makes
 * it heard.
 *
 * @throws TreecastError as {@link join} does.
 */
export async function listen(
  link: string | BroadcastLink,
  options: ListenOptions = {}
): Promise<WebListener> {
  const startedAt = now()
  const { relay = 'auto', p2p = 'on', bufferMs: delayMs = DEFAULT_BUFFER_MS } = options
  checkNumber('bufferMs', delayMs, MIN_PAGE_BUFFER_MS, MAX_BUFFER_MS)
  checkOneOf('relay', relay, ['auto', 'on', 'off'])
  checkOneOf('p2p', p2p, ['on', 'off'])
  checkOneOf('output', options.output, ['auto', 'worklet', 'element'])
  const relaying = p2p === 'on' && options.maxChildren !== 0 && mayRelay(relay, globalThis.navigator)
  const { maxUploadKbps = DEFAULT_PAGE_UPLOAD_KBPS, workletUrl, context, output } = options
  const playback = {
    delayMs,
    ...(workletUrl === undefined ? {} : { workletUrl }),
    ...(context === undefined ? {} : { context }),
    ...(output === undefined ? {} : { output })
  }
  const bufferMs = delayMs - PLAYBACK_MARGIN_MS
  const { from, keepMb, past: wantsPast = from !== undefined || keepMb !== undefined } = options
  const past = wantsPast ? fetchPast(options, bufferMs) : undefined
  const given = { ...options, bufferMs, maxUploadKbps }
  const peer = { role: 'listener' as const, leaf: !relaying, past }
  return join(webPlatform, link, given, peer, DEFAULT_PAGE_LINKS, () => {
    return new WebListener(startedAt, relaying, playback)
  })
}

/** Meanwhile the network is opened. Who could hear the past and did not ask for any of it hears the live show without. */
async function fetchPast(options: ListenOptions, aheadMs: number): Promise<Past | undefined> {
  try {
    const { pastInPage } = await import('./page-past.js')
    return pastInPage(options, aheadMs)
  } catch (error) {
    if (options.from !== undefined || options.keepMb !== undefined) throw error
    return undefined
  }
}
