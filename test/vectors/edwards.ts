/** The curve of Ed25519 in plain BigInt arithmetic (RFC 8032 section 5.1): slow, and written apart from the code it
 * checks. */

import { createHash } from 'node:crypto'

export const P = 2n ** 255n - 19n
export const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * inverse(121666n))

export type Point = readonly [x: bigint, y: bigint]
export const IDENTITY: Point = [0n, 1n]

export function mod(a: bigint, m = P): bigint {
  return ((a % m) + m) % m
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

function inverse(a: bigint): bigint {
  return power(a, P - 2n)
}

export function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const t = mod(D * x1 * x2 * y1 * y2)
  return [mod((x1 * y2 + y1 * x2) * inverse(1n + t)), mod((y1 * y2 + x1 * x2) * inverse(1n - t))]
}

export function multiply(scalar: bigint, point: Point): Point {
  let result = IDENTITY
  let double = point
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = add(result, double)
    double = add(double, double)
  }
  return result
}

/** The point with this y and an even or odd x; undefined if there is none. */
export function pointOf(y: bigint, odd: boolean): Point | undefined {
  const xx = mod((y * y - 1n) * inverse(D * y * y + 1n))
  let x = power(xx, (P + 3n) / 8n)
  if (mod(x * x) !== xx) x = mod(x * power(2n, (P - 1n) / 4n))
  if (mod(x * x) !== xx) return undefined
  return [(x & 1n) === (odd ? 1n : 0n) ? x : mod(-x), y]
}

export function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

export function encodePoint([x, y]: Point): Uint8Array {
  return littleEndian(y | ((x & 1n) << 255n))
}

/** The secret scalar behind a seed. */
export function scalarOf(seed: Uint8Array): bigint {
  const bytes = new Uint8Array(createHash('sha512').update(seed).digest().subarray(0, 32))
  bytes[0]! &= 0xf8
  bytes[31] = (bytes[31]! & 0x7f) | 0x40
  return fromLittleEndian(bytes)
}

/** What a verifier multiplies the key by: SHA-512(R ‖ A ‖ M) mod L. */
export function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return mod(fromLittleEndian(createHash('sha512').update(r).update(key).update(message).digest()), L)
}
