/** What files of JavaScript import, read from their syntax. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rollup/parseAst'

export interface Imports {
  /** By `import` and `export from`. */
  readonly now: readonly string[]
  /** By `import()`, where the name is a literal. */
  readonly later: readonly string[]
}

interface Node {
  readonly type: string
  readonly source?: { readonly value?: unknown } | null
}

export function importsOf(path: string): Imports {
  const now: string[] = []
  const later: string[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const { type, source } = value as Node
    const name = source?.value
    if (typeof name === 'string') (type === 'ImportExpression' ? later : now).push(name)
    Object.values(value).forEach(visit)
  }
  visit(parseAst(readFileSync(path, 'utf8')))
  return { now, later }
}

/**
 * The files of a folder that some of them lead to.
 *
 * @param kinds Whether to follow imports of the one kind, or of both.
 * @param outside is told what no file of the folder answers to.
 */
export function reachable(
  folder: string,
  from: readonly string[],
  kinds: readonly (keyof Imports)[],
  outside: (specifier: string, by: string) => void = () => undefined
): Set<string> {
  const seen = new Set<string>()
  const follow = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    if (file.endsWith('.json')) return
    const imports = importsOf(join(folder, file))
    for (const specifier of kinds.flatMap((kind) => imports[kind])) {
      if (specifier.startsWith('.')) follow(join(file, '..', specifier))
      else outside(specifier, file)
    }
  }
  from.forEach(follow)
  return seen
}
