/** What somebody may have meant: the known name that is fewest slips of the finger away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const slips = known.map((each) => ({ each, count: distance(name, each) })).sort((a, b) => a.count - b.count)
  const best = slips[0]
  if (best === undefined) return undefined
  const isPart = name.length >= 3 && (best.each.startsWith(name) || name.startsWith(best.each))
  return isPart || best.count <= Math.max(1, name.length / 3) ? best.each : undefined
}

/** For the end of an error: that name, if there is one. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? '' : `, did you mean ${near}?`
}

/** Letters to be added, left out, changed, or swapped with the next (Damerau's distance, each letter in one slip). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1]!
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (isSame ? 0 : 1))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
