/** The ways of one peer: by which its packets come from the origin, and by which others get them from it. */

/** @typedef {{ from: string, to: string, stripe: number }} Edge */

/**
 * @template {Edge} Line
 * @param {readonly Line[]} edges
 * @param {string} key
 * @returns {{ above: Set<Line>, below: Set<Line>, peers: Set<string> }} `peers`: all that stand at these lines
 */
export function waysOf(edges, key) {
  /** @type {Set<Line>} */
  const above = new Set(edges.filter(({ to }) => to === key))
  /** @type {Set<Line>} */
  const below = new Set(edges.filter(({ from }) => from === key))
  // A set that grows while it is walked is walked to its end.
  for (const { from, stripe } of above) {
    for (const edge of edges) if (edge.to === from && edge.stripe === stripe) above.add(edge)
  }
  for (const { to, stripe } of below) {
    for (const edge of edges) if (edge.from === to && edge.stripe === stripe) below.add(edge)
  }
  const peers = new Set([key, ...[...above, ...below].flatMap(({ from, to }) => [from, to])])
  return { above, below, peers }
}
