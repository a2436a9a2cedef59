/**
 * What every browser bundle has in common: dependencies inside, the `browser` side of packages that have one, the slim
 * parts of this folder in place of what would bring Node.js polyfills, minified, with source maps.
 */
import { fileURLToPath } from 'node:url'
import alias from '@rollup/plugin-alias'
import commonjsPlugin from '@rollup/plugin-commonjs'
import { nodeResolve as resolve } from '@rollup/plugin-node-resolve'
import { licenses } from './licenses.js'
import { minify } from './minify.js'

/** Its types are those of a CommonJS module, which it is not. */
export const commonjs = /** @type {(options: object) => import('rollup').Plugin} */ (
  /** @type {unknown} */ (commonjsPlugin)
)

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

/** What simple-peer has and treecast does not use. */
const UNUSED = [
  // Media, which treecast does not send by it.
  ...['addStream', 'addTrack', 'replaceTrack', 'removeTrack', 'removeStream', 'addTransceiver'],
  ...['_requestMissingTransceivers', '_onTrack'],
  // Both ends' addresses, and what only old browsers need.
  ...['address', 'getStats', '_onInterval'],
  // Candidates trickle, so nobody waits for the last.
  '_startIceCompleteTimeout'
]

/** What it searches through the connection's statistics for, by a timer, before it says `connect`: addresses that nobody asks for. */
const READY = [
  'if (this._connected || !this._pcReady || !this._channelReady) return;',
  'this._connected = true;',
  'if (this._chunk) { const sent = this._cb; this.send(this._chunk); this._chunk = this._cb = null; sent(null) }',
  "this.emit('connect')"
].join(' ')

/** simple-peer without these, 2 KB less. */
const slimSimplePeer = {
  name: 'slim-simple-peer',
  /**
   * @this {import('rollup').TransformPluginContext}
   * @param {string} code
   * @param {string} id
   */
  transform(code, id) {
    if (!id.endsWith('/simple-peer/index.js')) return null
    const bodies = [...UNUSED.map((name) => /** @type {const} */ ([name, ''])), ['_maybeReady', READY]]
    for (const [name, body] of bodies) {
      const method = new RegExp(`^  ${name} \\(.*\\) {\\n[^]*?^  }\\n`, 'm')
      if (!method.test(code)) this.error(`simple-peer has no ${name}() any more, or writes it in another way`)
      // On one line, and blank ones for the rest: the source map stays true.
      code = code.replace(method, (text) => `  ${name} () {${body}}${text.replace(/.+/g, '')}`)
    }
    return { code, map: null }
  }
}

/** Packages of simple-peer's for which this folder has less. */
const SUBSTITUTED = [
  ...['readable-stream', 'debug', 'buffer', 'randombytes', 'queue-microtask'],
  ...['err-code', 'get-browser-rtc']
]

export const plugins = [
  slimText,
  slimSimplePeer,
  filesStayFiles,
  alias({
    entries: SUBSTITUTED.map((find) => ({
      find,
      replacement: ours(`simple-peer/${find}.js`)
    }))
  }),
  resolve({ browser: true, preferBuiltins: false }),
  commonjs({ requireReturnsDefault: 'auto' }),
  minify,
  licenses
]
