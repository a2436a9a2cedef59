/** Text with style, from which lines for a terminal are made: cut to its width, in the colours that it has. */

/**
 * A number is a peer's own colour: the origin's is 0, listeners' are from 1.
 *
 * @typedef {'dim' | 'bold' | 'good' | 'bad' | 'key' | number} Style
 */

/** @typedef {{ text: string, style?: Style }} Span */

/** How many colours the terminal has: none, those of 1990, or enough. @typedef {0 | 16 | 256} Colours */

const RESET = '\u001b[0m'

const STYLES = {
  16: { dim: '2', bold: '1', good: '32', bad: '31', key: '1' },
  256: { dim: '38;5;244', bold: '1', good: '38;5;114', bad: '38;5;203', key: '1;38;5;222' }
}

/** Of one lightness, and neighbours well apart; no red and no grey, which have their own meaning. */
const PEERS = [75, 150, 180, 176, 80, 216, 110, 142, 211, 115, 139, 187]
const PEERS_16 = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94]

/** The origin. */
const ORIGIN = { 16: '1', 256: '1;38;5;222' }

/**
 * @param {readonly Span[]} spans
 * @param {number} width what is longer is cut off
 * @param {Colours} colours
 */
export function paint(spans, width, colours) {
  let line = ''
  let room = width
  for (const { text, style } of spans) {
    const fits = cut(text, room)
    room -= widthOf(fits)
    line += colours === 0 || style === undefined || fits.trim() === '' ? fits : dress(fits, style, colours)
  }
  return line.trimEnd()
}

/**
 * @param {string} text
 * @param {Style} style
 * @param {16 | 256} colours
 */
function dress(text, style, colours) {
  return `\u001b[${codeOf(style, colours)}m${text}${RESET}`
}

/**
 * @param {Style} style
 * @param {16 | 256} colours
 */
function codeOf(style, colours) {
  if (typeof style === 'string') return STYLES[colours][style]
  if (style === 0) return ORIGIN[colours]
  return colours === 256
    ? `38;5;${PEERS[(style - 1) % PEERS.length]}`
    : `${PEERS_16[(style - 1) % PEERS_16.length]}`
}

/**
 * Every character that is drawn here is one column wide.
 *
 * @param {string} text
 */
export function widthOf(text) {
  return [...text].length
}

/**
 * @param {string} text
 * @param {number} width
 */
export function cut(text, width) {
  return widthOf(text) <= width
    ? text
    : `${[...text].slice(0, Math.max(0, width - 1)).join('')}${width > 0 ? '…' : ''}`
}

/** @param {readonly Span[]} spans */
export function widthOfAll(spans) {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0)
}
