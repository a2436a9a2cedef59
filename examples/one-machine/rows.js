/** The lines of the tree: the origin's and each listener's, in columns of which a wide terminal has more. */

import { widthOfAll } from './paint.js'
import { arrange } from './tree.js'

/** @typedef {import('./paint.js').Span} Span */
/** @typedef {import('./paint.js').Style} Style */
/** @typedef {import('./story.js').Listener} Listener */
/** @typedef {import('./story.js').Story} Story */

/** Who was killed stays in sight for so long, so that one sees whose place is empty; ms. */
const GHOST_MS = 4_000

const BLOCKS = '▁▂▃▄▅▆▇█'

/** In the flow of a listener to whom everything comes in time, the bars have this height, of 8. */
const STEADY = 4

/** A depth beyond is none. */
const MAX_DEPTH = 16

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {number} width
 * @property {number} rank the less, the longer it stays when there is less room
 * @property {(listener: Listener, story: Story, width: number) => Span[]} show
 * @property {(story: Story) => string} [origin]
 */

/** @type {Column[]} */
const COLUMNS = [
  { title: 'fed by', width: 6, rank: 0, show: feeds },
  { title: 'flow', width: 8, rank: 1, show: flow },
  {
    title: 'depth',
    width: 5,
    rank: 5,
    show: ({ stats }) => right(depth(stats?.depth), 5),
    origin: () => '0'
  },
  {
    title: 'frames',
    width: 6,
    rank: 2,
    show: ({ frames }) => right(`${frames}`, 6),
    origin: ({ origin }) => `${origin.frames}`
  },
  {
    title: 'lost',
    width: 4,
    rank: 3,
    show: ({ gaps }) => right(`${gaps}`, 4, gaps > 0 ? 'bad' : 'dim')
  },
  { title: 'in', width: 6, rank: 6, show: ({ stats }) => right(bytes(stats?.bytesIn ?? 0), 6) },
  {
    title: 'out',
    width: 6,
    rank: 4,
    show: ({ stats }) =>
      right(bytes(stats?.bytesOut ?? 0), 6, (stats?.bytesOut ?? 0) < 10_000 ? 'dim' : undefined),
    origin: ({ origin }) => bytes(origin.bytesOut)
  }
]

/** The tree wants at least so much of the width. */
const MIN_TREE = 17
const MAX_TREE = 34
const TREE_SHARE = 0.3
const BETWEEN = 2

/** More than that says nothing more. */
const MAX_FLOW = 16

/**
 * As many columns as there is room for beside the tree; what is left widens the flow, then the tree.
 *
 * @param {number} room
 * @returns {{ tree: number, columns: Column[] }}
 */
function columnsFor(room) {
  // Of the width alone, so that nothing moves sideways while the tree grows.
  const wanted = Math.max(MIN_TREE, Math.min(MAX_TREE, Math.floor(room * TREE_SHARE)))
  let free = room - wanted
  /** @type {Set<Column>} */
  const kept = new Set()
  for (const column of COLUMNS.toSorted((a, b) => a.rank - b.rank)) {
    if (free < column.width + BETWEEN) break
    free -= column.width + BETWEEN
    kept.add(column)
  }
  const columns = COLUMNS.filter((column) => kept.has(column)).map((column) => {
    if (column.show !== flow) return column
    const more = Math.min(free, MAX_FLOW - column.width)
    free -= more
    return { ...column, width: column.width + more }
  })
  return { tree: Math.min(MAX_TREE, wanted + free), columns }
}

/**
 * @param {{ tree: number, columns: Column[] }} layout
 * @returns {Span[]}
 */
function headings({ tree, columns }) {
  const cells = columns.map((column) => `${' '.repeat(BETWEEN)}${aligned(column, column.title)}`)
  return [{ text: 'who feeds whom'.padEnd(tree) + cells.join(''), style: 'dim' }]
}

/**
 * @param {Column} column
 * @param {string} text
 */
function aligned({ show, width }, text) {
  return show === feeds || show === flow ? text.padEnd(width) : text.padStart(width)
}

/**
 * @param {Story} story
 * @param {number} room
 * @param {number} now
 * @returns {{ headings: Span[], lines: Span[][] }}
 */
export function treeLines(story, room, now) {
  const layout = columnsFor(room)
  const shown = story.listeners.filter(
    ({ state, goneAt }) => state !== 'left' && (goneAt === Infinity || now - goneAt < GHOST_MS)
  )
  const { rows, unfed } = arrange(story, shown)
  const deepest = Math.max(0, ...rows.map(({ branch }) => branch.length))
  // A tree deeper than its column is drawn with narrower steps.
  const step = deepest * 3 + 8 <= layout.tree ? 3 : deepest * 2 + 8 <= layout.tree ? 2 : 1
  const lines = [
    originLine(story, layout),
    ...rows.map(({ listener, branch }) => listenerLine(story, listener, branches(branch, step), layout)),
    ...unfed.map((listener) => listenerLine(story, listener, '', layout))
  ]
  return { headings: headings(layout), lines }
}

/**
 * @param {Story} story
 * @param {{ tree: number, columns: Column[] }} layout
 * @returns {Span[]}
 */
function originLine(story, { tree, columns }) {
  const cells = columns.map(
    (column) => `${' '.repeat(BETWEEN)}${aligned(column, column.origin?.(story) ?? '')}`
  )
  return [{ text: 'origin'.padEnd(tree), style: 0 }, { text: cells.join('') }]
}

/**
 * @param {Story} story
 * @param {Listener} listener
 * @param {string} lines
 * @param {{ tree: number, columns: Column[] }} layout
 * @returns {Span[]}
 */
function listenerLine(story, listener, lines, { tree, columns }) {
  const { name, state } = listener
  const [mark, note] = MARKS[state]
  const isGone = state === 'killed' || state === 'failed'
  /** @type {Style} */
  const style = isGone ? 'bad' : state === 'starting' ? 'dim' : styleOf(listener)
  /** @type {Span[]} */
  const label = [
    { text: lines, style: 'dim' },
    { text: `${mark} `, style },
    { text: name, style }
  ]
  const words = isGone || listener.stats === undefined ? note : ''
  if (words !== '') label.push({ text: `  ${words}`, style: isGone ? 'bad' : 'dim' })
  if (words !== '') return label
  const space = Math.max(0, tree - widthOfAll(label))
  const cells = columns.flatMap((column) => [
    { text: ' '.repeat(BETWEEN) },
    ...column.show(listener, story, column.width)
  ])
  return [...label, { text: ' '.repeat(space) }, ...cells]
}

/** @type {Record<Listener['state'], [mark: string, words: string]>} */
const MARKS = {
  starting: ['○', 'is starting'],
  listening: ['●', 'has just come'],
  ended: ['✓', 'heard the end'],
  killed: ['✗', 'killed'],
  left: ['○', 'left'],
  failed: ['✗', 'failed']
}

/**
 * @param {readonly boolean[]} branch
 * @param {number} step columns a level
 */
function branches(branch, step) {
  const dashes = '─'.repeat(Math.max(0, step - 2))
  const gap = step > 1 ? ' ' : ''
  return branch
    .map((more, level) => {
      const isOwn = level === branch.length - 1
      if (isOwn) return `${more ? '├' : '└'}${dashes}${gap}`
      return `${more ? '│' : ' '}${' '.repeat(step - 1)}`
    })
    .join('')
}

/**
 * For each stripe the first letter of who feeds it, in that peer's colour.
 *
 * @param {Listener} listener
 * @param {Story} story
 * @param {number} width
 * @returns {Span[]}
 */
function feeds({ stats }, story, width) {
  const told = stats?.feeds ?? []
  /** @type {Span[]} */
  const cells = told.map((id) => {
    const who = story.whoIs(id)
    if (who === 'origin') return { text: 'o', style: 0 }
    if (who === undefined || who.state === 'killed') return { text: id === null ? '·' : '?', style: 'bad' }
    return { text: who.mark, style: styleOf(who) }
  })
  return [...cells.slice(0, width), { text: ' '.repeat(Math.max(0, width - told.length)) }]
}

/**
 * A bar for each of the last seconds: what came, beside what the origin made.
 *
 * @param {Listener} listener
 * @param {Story} _story
 * @param {number} width
 * @returns {Span[]}
 */
function flow(listener, _story, width) {
  const last = listener.flow.slice(-width)
  /** @type {Span[]} */
  const bars = last.map((ratio) => {
    const level = Math.max(0, Math.min(BLOCKS.length, Math.round(ratio * STEADY)) - 1)
    return { text: BLOCKS.charAt(level), style: ratio < 0.5 ? 'bad' : styleOf(listener) }
  })
  return [{ text: ' '.repeat(width - last.length) }, ...bars]
}

/** @param {Listener} listener */
function styleOf({ number }) {
  return number + 1
}

/**
 * @param {string} text
 * @param {number} width
 * @param {Style} [style]
 * @returns {Span[]}
 */
function right(text, width, style) {
  return [{ text: text.padStart(width), ...(style === undefined ? {} : { style }) }]
}

/** @param {number | undefined} steps */
function depth(steps) {
  return steps === undefined || steps > MAX_DEPTH ? '–' : `${steps}`
}

/** @param {number} count */
function bytes(count) {
  if (count >= 999_500) return `${(count / 1e6).toFixed(1)} MB`
  return `${Math.round(count / 1000)} kB`
}
