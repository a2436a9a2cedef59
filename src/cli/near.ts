/** What somebody may have meant: the known name that is fewest slips of the finger away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const slips = known.map((each) => ({ each, count: distance(name, each) })).sort((a, b) => a.count - b.count)
  const best = slips[0]
  if (best === undefined) return undefined
  const isPart = name.length >= 3 && (best.each.startsWith(name) || name.startsWith(best.each))
  return isPart || best.count <= Math.max(1, name.length / 3) ? best.each : undefined
}

/** Letters to be added, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
