/** What a page tells of itself, held to its form: it comes from a browser, where anybody can change it. */

/** @typedef {import('./story.js').Stats} Stats */

/** More stripes than a show can have, and more links than a page ever holds. */
const MAX_STRIPES = 16
const MAX_NEIGHBOURS = 200

/** A peer's short id, and the name of a transport. */
const ID = /^[\w-]{1,64}$/

const COUNTS = /** @type {const} */ ([
  'received',
  'gaps',
  'backfilled',
  'depth',
  'bytesIn',
  'bytesOut',
  'bufferMs',
  'frames',
  'packets',
  'sent'
])

/**
 * @param {string} text
 * @returns {{ stats: Stats | undefined } | undefined} no `stats` where the page plays no more; undefined where it is no
 *   report
 */
export function readReport(text) {
  const told = parse(text)
  if (!isObject(told)) return undefined
  if (told.stats === null) return { stats: undefined }
  const stats = readStats(told.stats)
  return stats === undefined ? undefined : { stats }
}

/**
 * @param {unknown} told
 * @returns {Stats | undefined}
 */
function readStats(told) {
  if (!isObject(told) || !isId(told.id) || !Array.isArray(told.feeds)) return undefined
  const { id, feeds, neighbours = [] } = told
  if (feeds.length > MAX_STRIPES || !feeds.every((feed) => feed === null || isId(feed))) return undefined
  if (!Array.isArray(neighbours) || neighbours.length > MAX_NEIGHBOURS) return undefined
  const counts = COUNTS.map((name) => [name, told[name] ?? 0])
  if (!counts.every(([, count]) => Number.isFinite(count) && count >= 0)) return undefined
  return {
    id,
    feeds,
    neighbours: neighbours
      .filter((neighbour) => isObject(neighbour) && isId(neighbour.id) && isId(neighbour.transport))
      .map((neighbour) => ({ id: neighbour.id, transport: neighbour.transport })),
    .../** @type {Record<typeof COUNTS[number], number>} */ (Object.fromEntries(counts))
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isId(value) {
  return typeof value === 'string' && ID.test(value)
}
