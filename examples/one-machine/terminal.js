/** A terminal that is drawn on: its other screen, its keys, its size; and everything as it was when we leave. */

import process from 'node:process'

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const REST_OF_SCREEN = '\u001b[J'

/** Terminals that know this show what stands between the two at once; the others pass it over. */
const BEGIN_FRAME = '\u001b[?2026h'
const END_FRAME = '\u001b[?2026l'

/** Whether there is a terminal to draw on, with somebody at its keys. */
export function hasTerminal() {
  return process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb'
}

export class Terminal {
  #isOpen = false
  #last = ''
  /** @type {(key: string) => void} */
  #onKey
  /** @type {() => void} */
  #onResize

  /**
   * @param {(key: string) => void} onKey one letter, or `ctrl-c`
   * @param {() => void} onResize
   */
  constructor(onKey, onResize) {
    this.#onKey = onKey
    this.#onResize = onResize
  }

  /** @returns {import('./paint.js').Colours} as many as the terminal has and NO_COLOR allows */
  get colours() {
    const bits = process.stdout.getColorDepth()
    return bits >= 8 ? 256 : bits >= 4 ? 16 : 0
  }

  get size() {
    const { columns, rows } = process.stdout
    // A terminal that does not know its own size says 0.
    return { width: columns || 80, height: rows || 24 }
  }

  open() {
    this.#isOpen = true
    process.stdout.write(ENTER)
    // Whatever ends us, the terminal is left as it was.
    process.on('exit', this.close)
    process.stdout.on('resize', this.#resized)
    process.stdin.setRawMode(true)
    process.stdin.setEncoding('utf8')
    process.stdin.on('data', this.#typed)
    process.stdin.resume()
  }

  /**
   * Draws all lines at once, over those that are there.
   *
   * @param {readonly string[]} lines
   */
  draw(lines) {
    if (!this.#isOpen) return
    const frame = lines.join(`${REST_OF_LINE}\r\n`)
    // A slow terminal is given what is newest when it has taken what it was given.
    if (frame === this.#last || process.stdout.writableNeedDrain) return
    this.#last = frame
    process.stdout.write(`${BEGIN_FRAME}${HOME}${frame}${REST_OF_LINE}${REST_OF_SCREEN}${END_FRAME}`)
  }

  close = () => {
    if (!this.#isOpen) return
    this.#isOpen = false
    process.off('exit', this.close)
    process.stdout.off('resize', this.#resized)
    process.stdin.off('data', this.#typed)
    process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stdout.write(LEAVE)
  }

  #resized = () => {
    this.#last = ''
    this.#onResize()
  }

  /** @param {string | Buffer} data */
  #typed = (data) => {
    const text = String(data)
    // Arrows and their like are no letters.
    if (text.startsWith('\u001b')) return
    for (const key of text) this.#onKey(key === '\u0003' ? 'ctrl-c' : key.toLowerCase())
  }
}
