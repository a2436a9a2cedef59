/** The line of a stripe from a parent's foot to a child's head. */

/** How far it goes straight down first: in parts of the height between them, and at least this in px. */
const REACH = 0.5
const MIN_REACH = 26

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {readonly [Point, Point, Point, Point]} Curve the four points of a cubic Bézier curve */

/**
 * @param {Point} from the parent's centre
 * @param {Point} to the child's centre
 * @param {number} offset of the stripe, from the middle of its ribbon
 * @param {number} height of a peer
 * @returns {Curve}
 */
export function curveBetween(from, to, offset, height) {
  const start = { x: from.x + offset, y: from.y + height / 2 }
  const end = { x: to.x + offset, y: to.y - height / 2 }
  // Beside or above the parent it goes out and comes in as from above, in a wider bow.
  const reach = Math.max(MIN_REACH, (end.y - start.y) * REACH)
  return [start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end]
}

/** @param {Curve} curve */
export function pathOf([a, b, c, d]) {
  return `M${at(a)}C${at(b)} ${at(c)} ${at(d)}`
}

/**
 * @param {Curve} curve
 * @param {number} t from 0 to 1
 * @returns {Point}
 */
export function pointOn([a, b, c, d], t) {
  const u = 1 - t
  const [ka, kb, kc, kd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t]
  return {
    x: ka * a.x + kb * b.x + kc * c.x + kd * d.x,
    y: ka * a.y + kb * b.y + kc * c.y + kd * d.y
  }
}

/** @param {Point} point */
function at({ x, y }) {
  return `${x.toFixed(1)} ${y.toFixed(1)}`
}
