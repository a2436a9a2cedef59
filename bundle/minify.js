/**
 * Terser within the build's own process: a worker for each bundle, as the plugin for rollup has them, is cold for each and
 * takes several times as long.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { minify as terser } from 'terser'

/** Where `tsc -b` has left what is declared. */
const TYPES = fileURLToPath(new URL('../build/types/', import.meta.url))

/** What `tsc -b` has made of our files; and which of them no browser gets, or the simulator's own bundle alone. */
const BUILD = fileURLToPath(new URL('../build/', import.meta.url))
const ELSEWHERE = /^(?:sim|sweep|cli|tracker)\b/

/** The chunk whose size is short: our own machines and simple-peer, and nobody else's interfaces. */
const CORE = 'core'

/**
 * @param {import('terser').MinifyOptions} options
 * @returns {import('rollup').Plugin}
 */
const minifier = (options) => ({
  name: 'minify',
  async renderChunk(code, chunk, output) {
    const sourceMap = output.sourcemap !== false
    const mangle =
      chunk.name === CORE ? { properties: { regex: shortNames(Object.keys(chunk.modules)) } } : true
    const all = { mangle, ...options, ecma: /** @type {const} */ (2020), module: true, sourceMap }
    const { code: short = '', map } = await terser(code, all)
    return { code: short, map: typeof map === 'string' ? map : null }
  }
})

export const minify = minifier({
  // simple-peer's log: the calls go, and their texts with them; and what they read, since no getter here does anything.
  compress: { passes: 3, pure_funcs: ['this._debug'], pure_getters: true }
})

/** For what has been minified before, and put together since. */
export const minifyNames = minifier({ compress: false })

/** What simple-peer calls its own: two of these are read by our transport, which is in the same chunk. */
const SIMPLE_PEERS_OWN = '_[a-z]\\w+'

/**
 * Names that terser may shorten; it leaves those that browsers know.
 *
 * @param {readonly string[]} modules in the chunk
 */
function shortNames(modules) {
  return new RegExp(`^(?:${[...privateNames(), ...protocolNames(modules), SIMPLE_PEERS_OWN].join('|')})$`)
}

/**
 * Private members of our classes that are nothing else in any declaration: whoever uses one stands in the same file, and so
 * in the same chunk.
 */
function privateNames() {
  const names = new Set()
  const others = new Set()
  for (const file of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue
    for (const line of readFileSync(join(TYPES, file), 'utf8').split('\n')) {
      // What is only spoken of is no name.
      if (/^\s*(\/\*\*|\*)/.test(line)) continue
      const name = /^ {4}private (?:readonly |get )?(\w+)/.exec(line)?.[1]
      if (name !== undefined) names.add(name)
      else for (const [word] of line.matchAll(/\w+/g)) others.add(word)
    }
  }
  return [...names].filter((name) => !others.has(name))
}

/**
 * Names that stand in the protocol's files of this chunk and in no other file of ours, comments apart, nor in a type that others
 * take from the protocol: what has them never leaves the chunk, and the protocol has nothing to do with what a browser names.
 *
 * @param {readonly string[]} modules
 */
function protocolNames(modules) {
  const names = new Set()
  const others = spokenOf()
  for (const file of readdirSync(BUILD, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || ELSEWHERE.test(file)) continue
    const isHere = file.startsWith('protocol/') && modules.includes(join(BUILD, file))
    const code = readFileSync(join(BUILD, file), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    for (const [word] of code.matchAll(/[a-zA-Z]\w{2,}/g)) (isHere ? names : others).add(word)
    // What also stands as a text may be the key of a table that is asked for by it.
    for (const [, word = ''] of code.matchAll(/['"`](\w+)['"`]/g)) others.add(word)
  }
  return [...names].filter((name) => !others.has(name))
}

/**
 * Every member in the protocol's declarations that those of the API, the player and the like refer to: what they hand on whole, as
 * statistics, nobody else need name.
 */
function spokenOf() {
  const words = new Set()
  for (const file of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts') || file.startsWith('protocol/') || ELSEWHERE.test(file)) continue
    const code = readFileSync(join(TYPES, file), 'utf8')
    for (const [, path = ''] of code.matchAll(/from '(\.[./]*protocol\/[\w./-]+)\.js'/g)) {
      const declared = readFileSync(join(TYPES, dirname(file), `${path}.d.ts`), 'utf8')
      for (const [, member = ''] of declared.matchAll(/(\w+)\??[:(]/g)) words.add(member)
    }
  }
  return words
}
