/** Checks of what a caller passed. */

import { TreecastError } from '../protocol/errors.js'
import type { LinkOptions } from './start-peer.js'

/** What every peer may be told of its links. */
export function checkLinks({ maxLinks }: LinkOptions): void {
  checkWhole('maxLinks', maxLinks, 1, 100_000)
}

/** Where a peer listens. */
export function checkPorts(ports: { readonly port?: number; readonly webSocketPort?: number }): void {
  checkWhole('port', ports.port, 0, 65_535)
  checkWhole('webSocketPort', ports.webSocketPort, 0, 65_535)
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

/** @throws TreecastError `bad-option` if the value is there and none of these. */
export function checkOneOf(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return
  throw new TreecastError('bad-option', `${name} is "${value}"; it must be one of ${choices.join(', ')}`)
}
