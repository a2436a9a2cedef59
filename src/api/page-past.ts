/** The past of a show in a page. Fetched by `listen()` where it is asked for: who only follows the live edge does without. */

import type { MakeReplay } from '../protocol/replay/replay.js'
import { webPlatform } from '../runtime/web-platform.js'
import { checkPast, type PastOptions, pastOf } from './past.js'

/** @param aheadMs how far ahead of its time audio is handed out: what the playback is to have in its buffer */
export function pastInPage(options: PastOptions, aheadMs: number): MakeReplay {
  checkPast(options)
  // Where to begin is known to the listener, who waits for `play()`.
  const { keepMb = 0 } = options
  return pastOf({ keepMb }, webPlatform.randomUint32(), 'timed', aheadMs)
}
