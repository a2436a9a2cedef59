/** Checks of what a caller passed. */

import { TreecastError } from '../protocol/errors.js'
import type { NetworkOptions } from './start-peer.js'

/** What every peer may be told of its network. */
export function checkNetwork({ port, maxLinks }: NetworkOptions): void {
  checkWhole('port', port, 0, 65_535)
  checkWhole('maxLinks', maxLinks, 1, 100_000)
}

/** @throws TreecastError `bad-option` if the value is there and no whole number in its range. */
export function checkWhole(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return
  throw new TreecastError(
    'bad-option',
    `${name} is ${value}; it must be a whole number from ${min} to ${max}`
  )
}

/** @throws TreecastError `bad-option` if the value is there and out of its range. */
export function checkNumber(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (value >= min && value <= max)) return
  throw new TreecastError('bad-option', `${name} is ${value}; it must be a number from ${min} to ${max}`)
}
