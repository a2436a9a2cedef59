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
  // Thinned out first, or it would take minutes; then each candidate in full. Loud samples come first: they tell soonest
  // that a place is another.
  const probes = Array.from({ length: Math.ceil(part.length / 64) }, (_, index) => index * 64).sort(
    (a, b) => Math.abs(part[b]!) - Math.abs(part[a]!)
  )
  let best = -Infinity
  let place: number | undefined
  for (let at = 0; at + part.length <= whole.length; at++) {
    let error = 0
    for (let probe = 0; probe < probes.length && error < 1; probe++) {
      const sample = probes[probe]!
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

/** Where the loudest stretch of a recording begins, to the length of a stretch. A pause of a speaker is found everywhere. */
export function loudest(samples: Float32Array, length: number): number {
  let best = -1
  let place = 0
  for (let from = 0; from + length <= samples.length; from += length) {
    let energy = 0
    for (let at = from; at < from + length; at += 16) energy += samples[at]! ** 2
    if (energy > best) {
      best = energy
      place = from
    }
  }
  return place
}
