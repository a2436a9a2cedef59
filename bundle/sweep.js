/**
 * Keeps dist/ to what the build makes: what an earlier one left there would be packed. It is removed last, when the new
 * files are there, since somebody may be serving them.
 */
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @type {Set<string>} */
const written = new Set()

/** For every configuration. */
export const noteWritten = {
  name: 'note-written',
  /**
   * @param {import('rollup').NormalizedOutputOptions} output
   * @param {import('rollup').OutputBundle} bundle
   */
  writeBundle({ dir, file }, bundle) {
    for (const name of Object.keys(bundle)) written.add(join(dir ?? dirname(file), name))
  }
}

/**
 * For the last configuration, after the above.
 *
 * @param {string[]} others Files that are kept though they were not made this time.
 */
export const sweep = (others) => ({
  name: 'sweep',
  writeBundle: {
    sequential: true,
    handler() {
      for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name)
        if (entry.isFile() && !written.has(path) && !others.includes(path)) rmSync(path)
      }
    }
  }
})
