/** How like two recordings are. */

/** Signal-to-noise ratio of a copy, in dB; Infinity for the same samples. */
export function snr(original: Float32Array, copy: Float32Array): number {
  let signal = 0
  let noise = 0
  for (let at = 0; at < original.length; at++) {
    signal += original[at]! ** 2
    noise += (original[at]! - (copy[at] ?? 0)) ** 2
  }
  return 10 * Math.log10(signal / noise)
}

/**
 * Where a part comes from: the place in `whole` at which it is most like it.
 *
 * @param part at least a tenth of a second, and not silent
 * @returns undefined where it is found nowhere
 */
export function find(part: Float32Array, whole: Float32Array): number | undefined {
  // Thinned out first, or it would take minutes; then each candidate in full.
  const step = 64
  let best = -Infinity
  let place: number | undefined
  for (let at = 0; at + part.length <= whole.length; at++) {
    let error = 0
    for (let sample = 0; sample < part.length && error < 1; sample += step) {
      error += (whole[at + sample]! - part[sample]!) ** 2 * 1e4
    }
    if (error >= 1) continue
    const likeness = snr(part, whole.subarray(at, at + part.length))
    if (likeness > best) {
      best = likeness
      place = at
    }
  }
  return place
}
