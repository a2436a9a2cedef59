/**
 * The classic script and its lazy parts, for pages without modules: the modules of dist/browser written as AMD writes them,
 * with a loader of a few lines instead of AMD's, which no page has (see classic-loader.js).
 */
import { readFileSync } from 'node:fs'
import { minifyNames } from './minify.js'

const LOADER = "self[Symbol.for('treecast')]"

const asParts = {
  name: 'as-parts',
  /** @param {string} id What is not ours stays a module. */
  resolveId: (id) => (id.startsWith('./vendor-') ? { id, external: true } : null),
  renderDynamicImport: () => ({ left: `${LOADER}.load(`, right: ')' }),
  /** @param {string | null} property */
  resolveImportMeta: (property) => (property === 'url' ? `${LOADER}.url` : null),
  /** @param {import('rollup').RenderedChunk} chunk */
  banner: ({ isEntry }) =>
    isEntry ? readFileSync(new URL('classic-loader.js', import.meta.url), 'utf8') : ''
}

export const classicConfig = {
  input: 'bundle/everything.js',
  // Lazy parts take from the script what they share with it.
  preserveEntrySignatures: 'allow-extension',
  // The modules have been shaken.
  treeshake: false,
  plugins: [asParts, minifyNames],
  output: {
    dir: 'dist/browser',
    format: 'amd',
    amd: { define: LOADER, autoId: true },
    esModule: false,
    entryFileNames: 'treecast.global.js',
    chunkFileNames: 'global-[name].js',
    hoistTransitiveImports: false
  }
}
