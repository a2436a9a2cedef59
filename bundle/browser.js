/**
 * What every browser bundle has in common: dependencies inside, the `browser` side of packages that have one, the slim
 * parts of this folder in place of what would bring Node.js polyfills, minified, with source maps.
 */
import { fileURLToPath } from 'node:url'
import alias from '@rollup/plugin-alias'
import commonjs from '@rollup/plugin-commonjs'
import resolve from '@rollup/plugin-node-resolve'
import { licenses } from './licenses.js'
import { minify } from './minify.js'

/** @param {string} path Below this folder. */
const ours = (path) => fileURLToPath(new URL(path, import.meta.url))

const BUILD = fileURLToPath(new URL('../build/', import.meta.url))

/** Only for who asked for it by these names: libp2p's own uint8arrays stay whole. */
const TEXT = new Set(['uint8arrays/from-string', 'uint8arrays/to-string'])

/** uint8arrays with the bases that treecast uses, for treecast's own files. */
const slimText = {
  name: 'slim-text',
  /**
   * @param {string} id
   * @param {string | undefined} importer
   */
  resolveId: (id, importer) =>
    TEXT.has(id) && importer?.startsWith(BUILD) ? ours('uint8arrays/text.js') : null
}

/**
 * Vite turns small files that a URL names into `data:` URLs, which a strict content security policy refuses, unless it is
 * asked not to. To others the query means nothing.
 */
const filesStayFiles = {
  name: 'files-stay-files',
  /** @param {string} code */
  transform: (code) => ({
    code: code.replace(/(\bnew URL\('\.\/[\w-]+\.js)(', import\.meta\.url\))/g, '$1?no-inline$2'),
    map: null
  })
}

export const plugins = [
  slimText,
  filesStayFiles,
  alias({
    entries: ['readable-stream', 'debug', 'buffer', 'randombytes', 'queue-microtask'].map((find) => ({
      find,
      replacement: ours(`simple-peer/${find}.js`)
    }))
  }),
  resolve({ browser: true, preferBuiltins: false }),
  commonjs({ requireReturnsDefault: 'auto' }),
  minify,
  licenses
]
