/**
 * Which listener is drawn under which. In truth each stripe has a tree of its own; a picture has one: everybody stands
 * under the one that feeds most of its stripes.
 */

/** Deeper than any depth that is told. */
const UNKNOWN = 1000

/** @typedef {import('./story.js').Listener} Listener */
/** @typedef {import('./story.js').Story} Story */
/** @typedef {{ listener: Listener, branch: boolean[] }} Row `branch`: for each level, whether siblings follow below */

/**
 * @param {Story} story
 * @param {readonly Listener[]} shown
 * @returns {{ rows: Row[], unfed: Listener[] }} the tree from the top, and those that nobody shown feeds
 */
export function arrange(story, shown) {
  const parents = parentsOf(story, shown)
  /** @type {Row[]} */
  const rows = []
  /** @param {Listener | 'origin'} parent @param {boolean[]} branch */
  const descend = (parent, branch) => {
    const children = shown.filter((listener) => parents.get(listener) === parent)
    for (const [index, listener] of children.entries()) {
      const here = [...branch, index < children.length - 1]
      rows.push({ listener, branch: here })
      descend(listener, here)
    }
  }
  descend('origin', [])
  const placed = new Set(rows.map(({ listener }) => listener))
  return { rows, unfed: shown.filter((listener) => !placed.has(listener)) }
}

/**
 * @param {Story} story
 * @param {readonly Listener[]} shown
 */
function parentsOf(story, shown) {
  /** @type {Map<Listener, Listener | 'origin'>} */
  const parents = new Map()
  // From the top down, so that where two feed each other different stripes, the lower one gives way.
  const byDepth = shown.toSorted((a, b) => depthOf(a) - depthOf(b) || a.number - b.number)
  for (const listener of byDepth) {
    const parent = feedersOf(story, listener).find(
      (feeder) => feeder === 'origin' || (shown.includes(feeder) && !isUnder(feeder, listener, parents))
    )
    if (parent !== undefined) parents.set(listener, parent)
  }
  return parents
}

/**
 * Who feeds it, who feeds most of it first.
 *
 * @param {Story} story
 * @param {Listener} listener
 */
function feedersOf(story, listener) {
  /** @type {Map<Listener | 'origin', number>} */
  const stripes = new Map()
  for (const id of listener.stats?.feeds ?? []) {
    const feeder = story.whoIs(id)
    if (feeder !== undefined) stripes.set(feeder, (stripes.get(feeder) ?? 0) + 1)
  }
  return [...stripes]
    .toSorted(([a, most], [b, more]) => more - most || depthOf(a) - depthOf(b) || numberOf(a) - numberOf(b))
    .map(([feeder]) => feeder)
}

/**
 * @param {Listener} listener
 * @param {Listener} above
 * @param {ReadonlyMap<Listener, Listener | 'origin'>} parents
 */
function isUnder(listener, above, parents) {
  /** @type {Listener | 'origin' | undefined} */
  let at = listener
  while (at !== undefined && at !== 'origin') {
    if (at === above) return true
    at = parents.get(at)
  }
  return false
}

/** @param {Listener | 'origin'} who */
function depthOf(who) {
  return who === 'origin' ? 0 : (who.stats?.depth ?? UNKNOWN)
}

/** @param {Listener | 'origin'} who */
function numberOf(who) {
  return who === 'origin' ? -1 : who.number
}
