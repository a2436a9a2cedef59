/** The past of a show in a page. Fetched by `listen()` where it is asked for: who only follows the live edge does without. */

import { webPlatform } from '../runtime/web-platform.js'
import { checkPast, type PastOptions, pastOf } from './past.js'
import { PastControl } from './past-control.js'
import type { Past } from './start-peer.js'

/** @param aheadMs how far ahead of its time audio is handed out: what the playback is to have in its buffer */
export function pastInPage(options: PastOptions, aheadMs: number): Past {
  checkPast(options)
  // Where to begin is for `play()`: before that nobody would hear it.
  const { keepMb = 0, from } = options
  return {
    replay: pastOf({ keepMb }, webPlatform.randomUint32(), 'timed', aheadMs),
    control: (running, host) => new PastControl(running, host, { from })
  }
}
