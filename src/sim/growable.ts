/** Columns of numbers that grow as peers and links are added. */

type Column = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

/** @returns the column, or a copy of at least double the length in which index `at` exists; new places hold 0. */
export function reaching<T extends Column>(column: T, at: number): T {
  if (at < column.length) return column
  const grown = new (column.constructor as new (length: number) => T)(Math.max(at + 1, column.length * 2))
  grown.set(column)
  return grown
}
