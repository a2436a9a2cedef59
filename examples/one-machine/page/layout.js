/**
 * Where everybody stands: from who feeds whom to places on the page. Pure, so that it is tested without a browser; the
 * same crowd gives the same picture.
 *
 * Each stripe has a tree of its own. All four together are no tree, but rows by depth still put nearly everybody below
 * those that feed it. One stripe alone is a tree, and is drawn as one.
 */

export const ORIGIN = 'origin'

/** Sweeps over the rows that bring children under parents; more change nothing that one sees. */
const SWEEPS = 4

/** How much children pull at their parent, beside its own parents. */
const PULL = 0.4

/**
 * A row is drawn in several lines where some of it feed others of it, or where there is no room: so far apart, in heights
 * of a peer.
 */
const LINE = 1.9

/** More lines to a row for the sake of those who feed each other would take the rows apart. */
const MAX_LINES = 3

/** Between the stripes of a ribbon, in widths of a peer; and of the first row's centre from the top, in heights. */
const LANE = 0.18
const TOP = 0.8

/** Peers further apart than this look lost; in widths of a peer. */
const MAX_GAP = 2

/** A row's height, in heights of a peer: fewer are no room for its ribbons, more are a walk for the eye. */
const MIN_ROW = 3
const MAX_ROW = 5.6

/**
 * @typedef {object} Standing what the layout needs of a peer
 * @property {string} key
 * @property {readonly (string | null)[]} feeds for each stripe the key of who feeds it
 */

/** @typedef {{ x: number, y: number, row: number }} Place the centre of a peer; row 0 is the origin's */
/** @typedef {{ from: string, to: string, stripe: number }} Edge */

/**
 * @typedef {object} Frame
 * @property {number} width
 * @property {number} height that is aimed at; a deep tree takes more
 * @property {{ width: number, height: number }} peer a usual one
 * @property {(key: string) => number} widthOf how wide each one is
 * @property {number} gap between two peers of a line, at least
 * @property {number} wide where there is room, the widest line fills this part of the width
 * @property {number} margin
 */

/**
 * @typedef {object} Layout
 * @property {Map<string, Place>} places
 * @property {Edge[]} edges
 * @property {{ row: number, y: number, label: string }[]} rows
 * @property {number} height
 * @property {number} lane between two stripes of a ribbon
 */

/**
 * @param {readonly Standing[]} peers in a lasting order
 * @param {Frame} frame
 * @param {object} [options]
 * @param {number | null} [options.stripe] the only stripe that is drawn; null for all
 * @param {ReadonlyMap<string, Place>} [options.before] where everybody stood: who can stays there
 * @returns {Layout}
 */
export function layOut(peers, frame, { stripe = null, before = new Map() } = {}) {
  const depths = depthsOf(peers, stripe)
  const deepest = Math.max(0, ...depths.values())
  // Whoever nothing reaches stands where it stood, or waits below.
  const rowOf = (/** @type {Standing} */ { key }) =>
    depths.get(key) ?? Math.min(before.get(key)?.row ?? Infinity, deepest + 1)
  /** @type {Standing[][]} */
  const rows = []
  for (const peer of peers) (rows[rowOf(peer) - 1] ??= []).push(peer)
  for (let row = 0; row < rows.length; row++) rows[row] ??= []

  const edges = edgesOf(peers, stripe)
  const lines = rows.map((row) => linesOf(row, edges, frame))
  const x = columns(lines.flat(), edges, frame, before)
  const { peer, margin } = frame
  const further = lines.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0) * LINE * peer.height
  const top = TOP * peer.height + margin / 2
  const step = clamp(
    (frame.height - top - further - peer.height - margin / 2) /
      Math.max(1, lines.filter(({ length }) => length > 0).length),
    MIN_ROW * peer.height,
    MAX_ROW * peer.height
  )

  /** @type {Map<string, Place>} */
  const places = new Map([[ORIGIN, { x: x.get(ORIGIN) ?? frame.width / 2, y: top, row: 0 }]])
  /** @type {Layout['rows']} */
  const labels = []
  let y = top
  for (const [index, row] of lines.entries()) {
    // Where everybody of a depth is gone, the deeper ones move up.
    if (row.length === 0) continue
    y += step
    labels.push({ row: index + 1, y, label: index + 1 > deepest ? '' : `${index + 1}` })
    for (const [line, members] of row.entries()) {
      if (line > 0) y += LINE * peer.height
      for (const { key } of members) places.set(key, { x: x.get(key) ?? 0, y, row: index + 1 })
    }
  }
  return { places, edges, rows: labels, height: y + peer.height + margin / 2, lane: LANE * peer.width }
}

/**
 * How far from the origin everybody is: by the longest way of any stripe, or by the one stripe.
 *
 * @param {readonly Standing[]} peers
 * @param {number | null} stripe
 * @returns {Map<string, number>} without those that nothing reaches
 */
export function depthsOf(peers, stripe) {
  const byKey = new Map(peers.map((peer) => [peer.key, peer]))
  /**
   * @param {string} key
   * @param {number} of
   * @returns {number | undefined} undefined where the way leads nowhere, or in a ring
   */
  const way = (key, of) => {
    let at = key
    for (let steps = 0; steps <= peers.length; steps++) {
      if (at === ORIGIN) return steps
      const next = byKey.get(at)?.feeds[of]
      if (next === null || next === undefined) return undefined
      at = next
    }
    return undefined
  }
  /** @type {Map<string, number>} */
  const depths = new Map()
  for (const { key, feeds } of peers) {
    const ways = feeds
      .map((_, of) => (stripe === null || stripe === of ? way(key, of) : undefined))
      .filter((steps) => steps !== undefined)
    if (ways.length > 0) depths.set(key, Math.max(...ways))
  }
  return depths
}

/**
 * @param {readonly Standing[]} peers
 * @param {number | null} stripe
 * @returns {Edge[]}
 */
function edgesOf(peers, stripe) {
  const known = new Set([ORIGIN, ...peers.map(({ key }) => key)])
  return peers.flatMap(({ key, feeds }) =>
    feeds.flatMap((from, of) =>
      from === null || !known.has(from) || (stripe !== null && stripe !== of)
        ? []
        : [{ from, to: key, stripe: of }]
    )
  )
}

/**
 * The lines of a row: who is fed by others of it stands below them, and no line has more than there is room for.
 *
 * @param {readonly Standing[]} row
 * @param {readonly Edge[]} edges
 * @param {Frame} frame
 * @returns {Standing[][]}
 */
function linesOf(row, edges, { width, margin, gap, widthOf }) {
  const keys = new Set(row.map(({ key }) => key))
  const within = edges.filter(({ from, to }) => keys.has(from) && keys.has(to))
  /** @type {Map<string, number>} */
  const lines = new Map(row.map(({ key }) => [key, 0]))
  // Each round moves those down that stand no lower than who feeds them; where two feed each other, the bound ends it.
  for (let line = 1; line < MAX_LINES; line++) {
    for (const { from, to } of within) {
      if (lines.get(from) === line - 1 && lines.get(to) === line - 1) lines.set(to, line)
    }
  }
  /** @type {Standing[][]} */
  const found = []
  for (const peer of row) (found[lines.get(peer.key) ?? 0] ??= []).push(peer)
  return found.flatMap((line) => {
    const length = line.reduce((sum, { key }) => sum + widthOf(key) + gap, -gap)
    const folds = Math.max(1, Math.ceil(length / (width - 2 * margin)))
    return Array.from({ length: folds }, (_, fold) => line.filter((_, at) => at % folds === fold))
  })
}

/**
 * Brings everybody near those that feed it and those that it feeds, and nobody onto another.
 *
 * @param {readonly Standing[][]} lines
 * @param {readonly Edge[]} edges
 * @param {Frame} frame
 * @param {ReadonlyMap<string, Place>} before
 * @returns {Map<string, number>}
 */
function columns(lines, edges, frame, before) {
  const { width } = frame
  const gap = gapOf(lines, frame)
  /** @type {Map<string, number>} */
  const x = new Map([[ORIGIN, width / 2]])
  /** @type {Map<string, string[]>} Each once for each stripe, so that who feeds most pulls most. */
  const parents = new Map()
  /** @type {Map<string, string[]>} */
  const children = new Map()
  for (const { from, to } of edges) {
    push(parents, to, from)
    push(children, from, to)
  }
  const lineOf = new Map([[ORIGIN, -1]])
  for (const [index, line] of lines.entries()) for (const { key } of line) lineOf.set(key, index)
  /**
   * Between those of its kin that stand on that side.
   *
   * @param {string} key
   * @param {ReadonlyMap<string, string[]>} kin
   * @param {1 | -1} side
   */
  const middle = (key, kin, side) => {
    const own = lineOf.get(key) ?? 0
    return mean(
      (kin.get(key) ?? []).flatMap((other) =>
        ((lineOf.get(other) ?? own) - own) * side > 0 ? [x.get(other) ?? width / 2] : []
      )
    )
  }
  for (const line of lines) {
    for (const { key } of line) x.set(key, before.get(key)?.x ?? middle(key, parents, -1) ?? width / 2)
    settle(line, x, frame, gap)
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0
    for (const line of isDown ? lines : lines.toReversed()) {
      for (const { key } of line) {
        const above = middle(key, parents, -1) ?? x.get(key) ?? width / 2
        const below = middle(key, children, 1)
        x.set(key, below === undefined ? above : above * (1 - PULL) + below * PULL)
      }
      settle(line, x, frame, gap)
    }
  }
  return x
}

/**
 * Between two peers of a line: more where there is room.
 *
 * @param {readonly Standing[][]} lines
 * @param {Frame} frame
 */
function gapOf(lines, { width, margin, peer, gap, wide }) {
  const widest = Math.max(1, ...lines.map(({ length }) => length))
  return clamp(((width - 2 * margin) * wide) / widest - peer.width, gap, MAX_GAP * peer.width)
}

/**
 * Moves the peers of a line as little as keeps them apart, in their order.
 *
 * @param {readonly Standing[]} line
 * @param {Map<string, number>} x
 * @param {Frame} frame
 * @param {number} gap that is wished for
 */
function settle(line, x, { width, margin, widthOf }, gap) {
  const sorted = inOrder(line, x)
  const [first, last] = [sorted.at(0), sorted.at(-1)]
  if (first === undefined || last === undefined) return
  const widths = sorted.map(({ key }) => widthOf(key))
  const taken = widths.reduce((sum, own) => sum + own, 0)
  const room = (width - 2 * margin - taken) / Math.max(1, sorted.length - 1)
  const apart = Math.min(gap, room)
  // Where each would stand, if all stood as near as they may, the first at 0.
  /** @type {number[]} */
  const near = []
  for (const [index, own] of widths.entries()) {
    near.push(index === 0 ? 0 : (near[index - 1] ?? 0) + ((widths[index - 1] ?? 0) + own) / 2 + apart)
  }
  // Without that, their places need only rise: the nearest rising series is found by joining those that fall to their
  // mean.
  /** @type {{ sum: number, count: number }[]} */
  const blocks = []
  for (const [index, { key }] of sorted.entries()) {
    let block = { sum: (x.get(key) ?? 0) - (near[index] ?? 0), count: 1 }
    for (
      let before = blocks.at(-1);
      before !== undefined && before.sum / before.count >= block.sum / block.count;
    ) {
      block = { sum: before.sum + block.sum, count: before.count + block.count }
      blocks.pop()
      before = blocks.at(-1)
    }
    blocks.push(block)
  }
  const places = blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
  const left = margin + widthOf(first.key) / 2
  const right = width - margin - widthOf(last.key) / 2 - (near.at(-1) ?? 0)
  for (const [index, { key }] of sorted.entries()) {
    x.set(key, clamp(places[index] ?? 0, left, Math.max(left, right)) + (near[index] ?? 0))
  }
}

/**
 * @param {readonly Standing[]} row
 * @param {ReadonlyMap<string, number>} x
 */
function inOrder(row, x) {
  // Those at one place keep their lasting order.
  return row.toSorted((a, b) => (x.get(a.key) ?? 0) - (x.get(b.key) ?? 0))
}

/**
 * @param {Map<string, string[]>} lists
 * @param {string} key
 * @param {string} value
 */
function push(lists, key, value) {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** @param {readonly number[]} numbers */
function mean(numbers) {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

/**
 * @param {number} value
 * @param {number} min
 * @param {number} max
 */
function clamp(value, min, max) {
  return Math.max(min, Math.min(max, value))
}
