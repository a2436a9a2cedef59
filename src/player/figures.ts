/** Figures as people read them. */

/** Bytes in powers of 1,000, as in "3.2 MB". */
export function bytes(count: number): string {
  return count < 1e6 ? `${Math.round(count / 1e3)} kB` : `${(count / 1e6).toFixed(1)} MB`
}

/** Milliseconds, as in "2.1 s". */
export function seconds(ms: number): string {
  return `${(ms / 1e3).toFixed(1)} s`
}

/** Stripes by their numbers from 1, as in "1, 3". */
export function stripes(numbers: readonly number[]): string {
  return numbers.map((stripe) => stripe + 1).join(', ')
}
