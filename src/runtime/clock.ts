/**
 * The machines' time: milliseconds of 1970 that never run backwards, whatever happens to the system's clock. Read once,
 * then counted on by the monotonic clock.
 */

export function now(): number {
  return performance.timeOrigin + performance.now()
}
