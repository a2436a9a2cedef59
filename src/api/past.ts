/** What a peer may be told of a show's past: how much of it to keep, and where to begin. */

import { TreecastError } from '../protocol/errors.js'
import type { Pace } from '../protocol/media/playout.js'
import { type MakeReplay, replaying } from '../protocol/replay/replay.js'
import { checkNumber } from './options.js'
import { toSamples } from './time.js'

/** A day of a show at the highest rate that Opus has; more is a slip. */
const MAX_KEEP_MB = 100_000

/** More than media time can count, to a round number: 185 years. */
const MAX_SECONDS = 2 ** 32

export interface KeepOptions {
  /**
   * How much of the show to keep in memory, in megabytes of 10⁶ bytes: an hour at 64 kbit/s is about 40 of them, the oldest go
   * first. It is lent to whoever wants to hear the past; when the show is over too, until this peer is closed or a day has gone by.
   * Default 0: nothing.
   */
  readonly keepMb?: number
}

export interface PastOptions extends KeepOptions {
  /** Begin at this second of the show, if anybody holds it. Default: live; and at the beginning of a show that is over. */
  readonly from?: number
}

/** @throws TreecastError `bad-option` */
export function checkPast({ keepMb, from }: PastOptions): void {
  checkNumber('keepMb', keepMb, 0, MAX_KEEP_MB)
  checkNumber('from', from, 0, MAX_SECONDS)
}

/** @throws TreecastError `bad-option`: what of a private show is kept by peers nobody could read later. */
export function checkPublic(isPrivate: boolean, { keepMb = 0, from }: PastOptions): void {
  if (!isPrivate || (keepMb === 0 && from === undefined)) return
  throw new TreecastError(
    'bad-option',
    'the past of a private show is lent to nobody; leave keepMb and from out'
  )
}

/** The part of a peer that these options ask for. */
export function pastOf(
  { keepMb = 0, from }: PastOptions,
  seed: number,
  pace: Pace = 'eager',
  aheadMs = 0
): MakeReplay {
  return replaying({
    seed,
    keepBytes: keepMb * 1e6,
    from: from === undefined ? undefined : toSamples(from),
    pace,
    aheadMs
  })
}
