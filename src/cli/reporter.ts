/** How a command speaks: to people on stderr, and with `--json` to programs on stdout, one object a line. */

import process from 'node:process'
import { shortText } from '../api/stats.js'
import type { Notice } from '../protocol/notice.js'

/** A line that is rewritten in place would fill a log: there, only what happens is said. */
const isTerminal = process.stderr.isTTY

export class Reporter {
  private readonly json: boolean
  private progressShown = false

  constructor(json: boolean) {
    this.json = json
    // A reader of ours that has gone is no reason to fail: the show goes on.
    process.stderr.on('error', () => undefined)
    if (json) process.stdout.on('error', () => undefined)
  }

  /** What the peer tells beside its work: for operators. */
  notice(notice: Notice): void {
    const { event, ...data } = notice
    if ('peer' in data) this.event(event, { ...data, peer: shortText(data.peer) }, describe(notice))
    else this.event(event, data, describe(notice))
  }

  /** Something happened that programs want to know of; `text` says it to people, if they do as well. */
  event(name: string, data: object, text?: string): void {
    if (this.json) process.stdout.write(`${JSON.stringify({ event: name, ...data })}\n`)
    if (text !== undefined) this.say(text)
  }

  /** A line for people. */
  say(text: string): void {
    this.clearProgress()
    process.stderr.write(`${text}\n`)
  }

  /** A line for people that the next one replaces; only on a terminal. */
  progress(text: string): void {
    if (!isTerminal) return
    this.clearProgress()
    process.stderr.write(text.slice(0, (process.stderr.columns || 80) - 1))
    this.progressShown = true
  }

  clearProgress(): void {
    if (this.progressShown) process.stderr.write('\r\u001b[K')
    this.progressShown = false
  }
}

/** What people are told of a notice; undefined where the command says it already. */
function describe(notice: Notice): string | undefined {
  switch (notice.event) {
    case 'joined':
    case 'certified':
    case 'out-of-date':
    case 'not-the-publisher':
    case 'lending':
      return undefined
    case 'no-past':
      return 'nobody has kept what was asked for; listening live'
    case 'succeeded':
      return 'the show goes on under its next key'
    case 'no-tracker':
      return 'no tracker answers; trying again'
    case 'refused':
      return `refused: ${printable(notice.text)}`
    case 'banned':
      return `banned ${shortText(notice.peer)}: ${printable(notice.why)}`
    case 'parent-lost':
      return `lost ${shortText(notice.peer)}, which fed ${plural(notice.stripes, 'stripe')} of ours`
    case 'stalled':
      return `${shortText(notice.peer)} fell behind with stripe ${notice.stripe}; it comes from elsewhere now`
  }
}

/** Text from strangers, without what could rewrite a terminal or a log. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}

/** 12345678 → "12.3 MB". */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** "1 peer", "2 peers". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What is left of something, roughly. */
export function duration(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
