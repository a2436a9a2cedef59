/**
 * Logarithm and exponential from the four operations and the square root alone. IEEE 754 fixes the last bit of these
 * and not of `Math.log` or `Math.exp`, which differ between JavaScript engines: a seed must mean the same everywhere.
 */

const LN2 = 0.6931471805599453
/** ln 2 in two parts, the first with few enough bits that small multiples of it are exact. */
const LN2_HIGH = 0.69314718036912381649
const LN2_LOW = 1.90821492927058770002e-10

/**
 * The natural logarithm; relative error below 1e-14.
 *
 * @param x above 0
 */
export function ln(x: number): number {
  let exponent = 0
  let mantissa = x
  while (mantissa > Math.SQRT2) {
    mantissa /= 2
    exponent++
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2
    exponent--
  }
  // ln m = 2 artanh((m − 1)/(m + 1)), whose series needs few terms for |z| < 0.172.
  const z = (mantissa - 1) / (mantissa + 1)
  const square = z * z
  let sum = 0
  for (let term = 23; term >= 1; term -= 2) sum = sum * square + 1 / term
  return 2 * z * sum + exponent * LN2
}

/** e to the power of x; relative error below 1e-14. */
export function exp(x: number): number {
  const halvings = Math.round(x / LN2)
  const rest = x - halvings * LN2_HIGH - halvings * LN2_LOW
  let sum = 1
  for (let term = 18; term >= 1; term--) sum = 1 + (sum * rest) / term
  let power = sum
  for (let i = 0; i < halvings; i++) power *= 2
  for (let i = 0; i > halvings; i--) power /= 2
  return power
}
