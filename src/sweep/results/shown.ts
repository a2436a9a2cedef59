/** The figures that a report compares, of all that a sweep has. */

export interface Shown {
  /** As groups name it. */
  readonly figure: string
  readonly title: string
  readonly text: string
  readonly unit: string
  /** From the figure to what is shown. */
  readonly scale: number
  readonly digits: number
  /** The figure cannot be more, whatever its interval says; none is below 0. */
  readonly most: number
}

const percent = { unit: ' %', scale: 100, digits: 3, most: 1 }
const time = { unit: ' ms', scale: 1, digits: 0, most: Infinity }
const plain = { unit: '', scale: 1, digits: 2, most: Infinity }

export const SHOWN: readonly Shown[] = [
  {
    figure: 'continuity',
    title: 'Heard in time',
    text: 'Packets played in time over packets due, mean over listeners.',
    ...percent
  },
  {
    figure: 'gapFree',
    title: 'Without a gap',
    text: 'Listeners that missed nothing.',
    ...percent,
    digits: 1
  },
  {
    figure: 'startupMs.p50',
    title: 'Start-up, half of listeners',
    text: 'From joining a running show to the first sound.',
    ...time
  },
  {
    figure: 'startupMs.p99',
    title: 'Start-up, 99 %',
    text: 'All but one in a hundred wait no longer.',
    ...time
  },
  {
    figure: 'delayMs.p50',
    title: 'Delay, half of packets',
    text: 'From a packet’s making to its arrival.',
    ...time
  },
  {
    figure: 'delayMs.p99',
    title: 'Delay, 99 %',
    text: 'All but one packet in a hundred are no later.',
    ...time
  },
  {
    figure: 'copies',
    title: 'Copies of each packet',
    text: 'Packets received over packets needed: 1 is the least.',
    ...plain
  },
  {
    figure: 'originCopies',
    title: 'Copies that the origin uploads',
    text: 'Its bytes over those of one show. A server alone would upload one for each listener.',
    ...plain
  },
  {
    figure: 'depth.p95',
    title: 'Depth, 95 %',
    text: 'Links that a packet passes, for 95 % of packets at most.',
    ...plain,
    digits: 1
  },
  {
    figure: 'controlShare',
    title: 'Control',
    text: 'Control messages in what peers send each other.',
    ...percent,
    digits: 2
  }
]

/** Never "100" of what is not all. */
export function shownText(value: number, { scale, digits }: Shown): string {
  const power = 10 ** digits
  const scaled = value * scale
  return (scale === 100 && value < 1 ? Math.floor(scaled * power + 1e-6) / power : scaled).toFixed(digits)
}
