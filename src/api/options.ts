/** Checks of what a caller passed. */

import { TreecastError } from '../protocol/errors.js'

/** @throws TreecastError `bad-option` if the value is there and out of its range. */
export function checkNumber(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (value >= min && value <= max)) return
  throw new TreecastError('bad-option', `${name} is ${value}; it must be a number from ${min} to ${max}`)
}
