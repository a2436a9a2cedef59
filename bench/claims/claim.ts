/** A claim of the README: what was aimed at, what is seen, and the command that shows more of it. */

export interface Seen {
  readonly figure: string
  readonly isMet: boolean
}

export interface Claim {
  readonly what: string
  /** What was aimed at. */
  readonly bar: string
  /** Undefined where it cannot be measured on this machine. */
  readonly see: () => Promise<Seen | undefined>
  /** What measures it at length. */
  readonly command: string
}

export async function row({ what, bar, see, command }: Claim): Promise<string> {
  const seen = await see()
  const verdict = seen === undefined ? 'not measured' : seen.isMet ? 'met' : '**missed**'
  return `| ${what} | ${bar} | ${seen?.figure ?? '–'} | ${verdict} | \`${command}\` |`
}

/** One measurement that several claims are about. */
export function once<Value>(measure: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined
  return () => (value ??= measure())
}

/** A bar that a figure may not pass. */
export function atMost(limit: number, value: number, digits: number, unit = ''): Seen {
  return { figure: value.toFixed(digits) + unit, isMet: value <= limit }
}

/** A bar that a figure must reach. */
export function atLeast(limit: number, value: number, digits: number, unit = ''): Seen {
  return { figure: value.toFixed(digits) + unit, isMet: value >= limit }
}
