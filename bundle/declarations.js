/** Copies to dist/types the declarations that an entry's lead to, of all that `tsc -b` made for every file there is. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FROM = 'build/types'

/** @param {string[]} entries Names of declaration files without their ending. */
export const declarations = (entries) => ({
  name: 'declarations',
  generateBundle() {
    const seen = new Set()
    const emit = (/** @type {string} */ path) => {
      if (seen.has(path)) return
      seen.add(path)
      const source = readFileSync(join(FROM, path), 'utf8').replace(/\n\/\/# sourceMappingURL=.*/, '')
      this.emitFile({ type: 'asset', fileName: join('types', path), source })
      for (const [, specifier] of source.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)) {
        emit(join(dirname(path), `${specifier}.d.ts`))
      }
    }
    for (const entry of entries) emit(`${entry}.d.ts`)
  }
})
