/**
 * Reading and writing bytes without ever leaving them. All integers are big-endian. Every read is checked
 * against the end; every violation is a {@link WireError} that says where.
 */

import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'

/** Bytes that do not follow PROTOCOL.md. The link that they came by is ended. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** 2^48 − 1: the largest sequence, media time or date on the wire. Exact in a JavaScript number. */
export const MAX_U48 = 2 ** 48 - 1

export class Reader {
  private at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get offset(): number {
    return this.at
  }

  get remaining(): number {
    return this.bytes.length - this.at
  }

  u8(): number {
    return this.bytes[this.take(1)]!
  }

  u16(): number {
    const at = this.take(2)
    return this.bytes[at]! * 0x100 + this.bytes[at + 1]!
  }

  i16(): number {
    return (this.u16() << 16) >> 16
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16()
  }

  u48(): number {
    return this.u16() * 0x100000000 + this.u32()
  }

  /** A view of the next bytes, not a copy. */
  view(length: number): Uint8Array {
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  /** A view of what was read from this offset on. */
  since(offset: number): Uint8Array {
    return this.bytes.subarray(offset, this.at)
  }

  /** UTF-8 behind a one-byte or two-byte length. Text that is not valid UTF-8 is refused. */
  text(lengthBytes: 1 | 2, maxBytes: number): string {
    const at = this.at
    const length = lengthBytes === 1 ? this.u8() : this.u16()
    if (length > maxBytes) throw new WireError(`text of ${length} B at byte ${at}: at most ${maxBytes} B`)
    const bytes = this.view(length)
    const text = utf8(bytes)
    if (!equal(fromString(text), bytes)) throw new WireError(`text at byte ${at} is not UTF-8`)
    return text
  }

  /** Refuses bytes behind the last field. */
  end(): void {
    if (this.remaining > 0) throw new WireError(`${this.remaining} B too many at byte ${this.at}`)
  }

  private take(length: number): number {
    const at = this.at
    if (length > this.bytes.length - at) {
      throw new WireError(`${length} B wanted at byte ${at}, ${this.bytes.length - at} left`)
    }
    this.at = at + length
    return at
  }
}

/** Builds bytes. A value out of its field's range is a bug of the caller: RangeError. */
export class Writer {
  private buffer: Uint8Array
  private at = 0

  constructor(capacity = 128) {
    this.buffer = new Uint8Array(capacity)
  }

  get length(): number {
    return this.at
  }

  u8(value: number): this {
    check(value, 0xff)
    const at = this.grow(1)
    this.buffer[at] = value
    return this
  }

  u16(value: number): this {
    check(value, 0xffff)
    const at = this.grow(2)
    this.buffer[at] = value >>> 8
    this.buffer[at + 1] = value & 0xff
    return this
  }

  i16(value: number): this {
    if (!(value >= -0x8000)) throw new RangeError(`${value} does not fit the field`)
    return this.u16(value < 0 ? value + 0x10000 : value)
  }

  u32(value: number): this {
    check(value, 0xffffffff)
    return this.u16(Math.floor(value / 0x10000)).u16(value % 0x10000)
  }

  u48(value: number): this {
    check(value, MAX_U48)
    return this.u16(Math.floor(value / 0x100000000)).u32(value % 0x100000000)
  }

  put(bytes: Uint8Array): this {
    const at = this.grow(bytes.length)
    this.buffer.set(bytes, at)
    return this
  }

  text(lengthBytes: 1 | 2, text: string, maxBytes: number): this {
    const bytes = fromString(text)
    if (bytes.length > maxBytes) throw new RangeError(`text of ${bytes.length} B: at most ${maxBytes} B`)
    if (lengthBytes === 1) this.u8(bytes.length)
    else this.u16(bytes.length)
    return this.put(bytes)
  }

  /** Writes over two bytes that are there already: lengths known afterwards. */
  patchU16(at: number, value: number): void {
    check(value, 0xffff)
    this.buffer[at] = value >>> 8
    this.buffer[at + 1] = value & 0xff
  }

  /** What was written: a view; the writer is not used afterwards. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.at)
  }

  private grow(length: number): number {
    const at = this.at
    this.at += length
    if (this.at > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.at, this.buffer.length * 2))
      larger.set(this.buffer)
      this.buffer = larger
    }
    return at
  }
}

function check(value: number, max: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= max)) {
    throw new RangeError(`${value} does not fit the field`)
  }
}

/** UTF-8 as it stands: platforms' decoders drop a byte order mark at the begin of a text, so it gets none. */
export function utf8(bytes: Uint8Array): string {
  if (bytes[0] !== 0xef) return toString(bytes)
  return toString(new Writer(bytes.length + 1).u8(0x20).put(bytes).finish()).slice(1)
}

/** Whether two byte strings are the same. Not for secrets: takes as long as they agree. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
