/** Options as people type them: numbers with their ranges. A wrong one is wrong usage. */

import { InvalidArgumentError } from 'commander'

/** A parser of whole numbers from min to max. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

/** A parser of numbers above 0 and up to max. */
export function positive(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text !== '' && value > 0 && value <= max) return value
    throw new InvalidArgumentError(`It must be a number above 0 and up to ${max}.`)
  }
}

/** For options that may be given more than once. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text]
}

/** Any TCP port; 0 picks a free one. */
export const port = whole(0, 65_535)
