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

/** A parser of times: seconds, or minutes and seconds, or hours too. */
export function time(text: string): number {
  if (/^\d+(:[0-5]?\d){0,2}(\.\d+)?$/.test(text)) {
    return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  }
  throw new InvalidArgumentError('It must be a time such as 90, 1:30 or 0:01:30.')
}
