/** How a command speaks: to people on stderr, and with `--json` to programs on stdout, one object a line. */

import process from 'node:process'

/** A line that is rewritten in place would fill a log: there, only what happens is said. */
const isTerminal = process.stderr.isTTY

export class Reporter {
  private readonly json: boolean
  private progressShown = false

  constructor(json: boolean) {
    this.json = json
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
