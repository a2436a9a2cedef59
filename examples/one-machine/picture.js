/**
 * The picture: from what is known of the show to the lines of a terminal, and nothing else. From top to bottom: how
 * far the show is, what the origin uploads, the tree with a line for each listener, what just happened, the keys.
 */

import { cut, paint, widthOf, widthOfAll } from './paint.js'
import { treeLines } from './rows.js'
import { clock, plural } from './story.js'

/** @typedef {import('./paint.js').Colours} Colours */
/** @typedef {import('./paint.js').Span} Span */
/** @typedef {import('./paint.js').Style} Style */
/** @typedef {import('./story.js').Story} Story */

/** Lines that are no listener's: above the tree six with its headings and the origin's, below it three. */
const HEAD_LINES = 6
const FOOT_LINES = 3

/** What just happened: at least this, at most that. */
const MIN_NEWS = 2
const MAX_NEWS = 8

const MARGIN = ' '

/** Between a title and what stands at the line's other end. */
const SPACE = 2

/**
 * @param {Story} story
 * @param {{ width: number, height: number, colours: Colours, now: number }} terminal
 * @returns {string[]} as many lines as the terminal has, none longer than it is wide
 */
export function picture(story, { width, height, colours, now }) {
  const room = width - 2 * MARGIN.length
  const { headings, lines: tree } = treeLines(story, room, now)
  const newsRoom = Math.min(MAX_NEWS, Math.max(MIN_NEWS, height - HEAD_LINES - FOOT_LINES - tree.length))
  const treeRoom = Math.max(0, height - HEAD_LINES - FOOT_LINES - newsRoom)
  const shown = tree.length <= treeRoom ? tree : shortened(tree, treeRoom)
  const blank = treeRoom - shown.length
  /** @type {Span[][]} */
  const lines = [
    title(story, room, now),
    progress(story, room, now),
    address(story),
    copies(story, room),
    [],
    headings,
    ...shown,
    ...Array.from({ length: blank }, () => []),
    [],
    ...news(story, newsRoom),
    [],
    keys(story)
  ]
  // In a terminal too small for all of that the upper part is what matters.
  return lines.slice(0, height).map((spans) => paint([{ text: MARGIN }, ...spans], width - 1, colours))
}

/**
 * @param {Story} story
 * @param {number} room
 * @param {number} now
 * @returns {Span[]}
 */
function title(story, room, now) {
  const time = `${clock(story.showMs(now))} / ${clock(story.durationMs)}`
  const isLive = story.origin.packets > 0 && !story.isOver
  /** @type {Span[]} */
  const state = isLive
    ? [{ text: '● ', style: 'bad' }, { text: 'on the air  ' }]
    : [{ text: story.isOver ? 'over  ' : 'about to begin  ', style: 'dim' }]
  /** @type {Span[]} */
  const end = [...state, { text: time, style: 'bold' }]
  const name = 'treecast'
  const what = story.title === '' ? '' : `   ${story.title}`
  const free = room - widthOf(name) - widthOfAll(end) - SPACE
  const fits = cut(what, Math.max(0, free))
  const space = Math.max(1, room - widthOf(name) - widthOf(fits) - widthOfAll(end))
  return [{ text: name, style: 0 }, { text: fits }, { text: ' '.repeat(space) }, ...end]
}

/**
 * @param {Story} story
 * @param {number} room
 * @param {number} now
 * @returns {Span[]}
 */
function progress(story, room, now) {
  const halves = Math.min(2 * room, Math.round((2 * room * story.showMs(now)) / story.durationMs))
  const heard = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return [
    { text: heard, style: 0 },
    { text: '─'.repeat(room - widthOf(heard)), style: 'dim' }
  ]
}

/**
 * @param {Story} story
 * @returns {Span[]}
 */
function address({ address }) {
  if (address === '') return []
  return [
    { text: 'hear it and see it in a browser: ', style: 'dim' },
    { text: address, style: 'bold' }
  ]
}

/**
 * A mark for each copy of the show that somebody hears; those which the origin itself uploads stand out.
 *
 * @param {Story} story
 * @param {number} room
 * @returns {Span[]}
 */
function copies(story, room) {
  const heard = story.audience.filter(({ state }) => state !== 'starting').length
  const own = Math.min(heard, Math.round(story.copies))
  /** @type {Span[]} */
  const text = [
    { text: 'the origin uploads ' },
    { text: story.copies.toFixed(2), style: 0 },
    { text: ' copies  ' },
    { text: '■'.repeat(own), style: 0 },
    { text: '■'.repeat(heard - own), style: 'dim' },
    { text: `  ${plural(heard, 'listener')}` }
  ]
  const lost = story.lost
  if (room >= 90 && heard > 0) text.push({ text: `, ${plural(story.depth, 'step')} deep` })
  if (lost > 0) text.push({ text: `, ${plural(lost, 'packet')} lost`, style: 'bad' })
  else if (heard > 0) text.push({ text: ', nothing lost' })
  return text
}

/**
 * @param {Span[][]} tree
 * @param {number} lines
 * @returns {Span[][]}
 */
function shortened(tree, lines) {
  if (lines < 2) return tree.slice(0, lines)
  return [...tree.slice(0, lines - 1), [{ text: `… and ${tree.length - lines + 1} more`, style: 'dim' }]]
}

/**
 * @param {Story} story
 * @param {number} lines
 * @returns {Span[][]}
 */
function news(story, lines) {
  const last = story.news.slice(-lines)
  const blank = Array.from({ length: lines - last.length }, () => /** @type {Span[]} */ ([]))
  const told = last.map(({ showMs, text, tone }, index) => {
    /** @type {Style | undefined} */
    const style = tone !== 'plain' ? tone : index === last.length - 1 ? undefined : 'dim'
    return [
      { text: `${clock(showMs)}  `, style: /** @type {Style} */ ('dim') },
      style === undefined ? { text } : { text, style }
    ]
  })
  return [...told, ...blank]
}

/**
 * @param {Story} story
 * @returns {Span[]}
 */
function keys(story) {
  if (story.isOver) return [{ text: 'Everybody says farewell…', style: 'dim' }]
  const { busiest } = story
  const feeding = busiest === undefined ? '' : ` (${busiest.name}, feeds ${story.childrenOf(busiest).length})`
  return [
    { text: 'k', style: 'key' },
    { text: ` kill the busiest relay${feeding}   `, style: busiest === undefined ? 'dim' : 'bold' },
    { text: 'a', style: 'key' },
    { text: ' add a listener   ', style: story.isFull ? 'dim' : 'bold' },
    { text: 'q', style: 'key' },
    { text: ' end the show', style: 'bold' }
  ]
}
