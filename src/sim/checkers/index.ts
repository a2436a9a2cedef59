/** The invariants, apart from the scenarios that try to break them. */

import type { Violation } from '../results/result.js'
import { BansChecker } from './bans.js'
import { BoundsChecker } from './bounds.js'
import type { Checker } from './checker.js'
import { ClockChecker } from './clock.js'
import { LoopChecker } from './loops.js'
import { VerifiedChecker } from './verified.js'

export { Checker } from './checker.js'

/** One of each. What they find is added to the list. */
export function checkers(violations: Violation[]): Checker[] {
  return [VerifiedChecker, LoopChecker, BoundsChecker, ClockChecker, BansChecker].map(
    (Each) => new Each(violations)
  )
}
