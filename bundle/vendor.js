/**
 * What is heavy, not ours, and rarely needed, libp2p above all, are files of their own in dist/browser, fetched by the lazy
 * parts of the modules and of the classic script alike. They change with the lockfile only, and minifying them takes
 * longer than all the rest, so they are built when they are out of date.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rollup/parseAst'

const BUILD = fileURLToPath(new URL('../build/', import.meta.url))

/** For each file of `vendor/` whose imports go there. */
const USERS = {
  libp2p: [`${BUILD}transport/libp2p/`, `${BUILD}transport/framing.js`],
  ed25519: [`${BUILD}runtime/web-crypto.js`],
  mediabunny: [`${BUILD}audio/playback/fragments.js`],
  'opus-decoder': [`${BUILD}audio/decode/wasm.js`]
}

/** @param {string} name */
const input = (name) => fileURLToPath(new URL(`vendor/${name}.js`, import.meta.url))
/** @param {string} name */
const fileName = (name) => `vendor-${name}.js`

export const vendorFiles = Object.keys(USERS).flatMap((name) =>
  ['js', 'LICENSE.txt'].map((ending) => `dist/browser/vendor-${name}.${ending}`)
)

/** @param {string} name What the file exports. */
function offered(name) {
  const { body } = parseAst(readFileSync(input(name), 'utf8'))
  return new Set(body.flatMap(({ specifiers }) => specifiers.map(({ exported }) => exported.name)))
}

/** Leaves imports of packages by their users to the vendor files. */
export const fromVendor = {
  name: 'from-vendor',
  /**
   * @param {string} id
   * @param {string | undefined} importer
   */
  resolveId(id, importer) {
    if (/^[./\0]/.test(id) || importer === undefined) return null
    const user = Object.entries(USERS).find(([, paths]) => paths.some((path) => importer.startsWith(path)))
    return user === undefined ? null : { id: `./${fileName(user[0])}`, external: true }
  },
  /** A name that a vendor file lacks would be missed by whoever loads it, in a browser. */
  generateBundle(_, bundle) {
    for (const name of Object.keys(USERS)) {
      const names = offered(name)
      for (const { importedBindings = {} } of Object.values(bundle)) {
        const missing = (importedBindings[fileName(name)] ?? []).filter((each) => !names.has(each))
        if (missing.length > 0) this.error(`bundle/vendor/${name}.js does not export ${missing.join(', ')}`)
      }
    }
  }
}

/** @param {import('rollup').InputPluginOption} plugins @returns configurations for those that are out of date. */
export function vendorConfigs(plugins) {
  return Object.keys(USERS).flatMap((name) => {
    const file = `dist/browser/${fileName(name)}`
    const stampFile = `build/vendor-${name}.stamp`
    const hash = createHash('sha256')
    const ours = ['browser.js', 'licenses.js', 'minify.js'].map((file) => new URL(file, import.meta.url))
    for (const source of ['package-lock.json', input(name), ...ours]) hash.update(readFileSync(source))
    const stamp = hash.digest('hex')
    if (existsSync(file) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return []
    const done = { name: 'stamp', writeBundle: () => writeFileSync(stampFile, stamp) }
    return [{ input: input(name), plugins: [plugins, done], output: { file, format: 'es' } }]
  })
}
