// Bundles what `tsc -b` left in build/. For Node.js: one ESM file per entry, what they share in chunks; dependencies
// stay imports, so that an installer dedupes and updates them. For browsers: files that a plain static host can serve, with
// everything inside (bundle/browser.js says how): ESM per entry with lazy parts beside, worklets as files without
// imports, and one classic script. All lie in one folder, so that a URL beside a file is the same from every chunk.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { plugins } from './bundle/browser.js'
import { classicConfig } from './bundle/classic.js'
import { declarations } from './bundle/declarations.js'
import { json } from './bundle/json.js'
import { licenses } from './bundle/licenses.js'
import { reportScript } from './bundle/report-script.js'
import { noteWritten, sweep } from './bundle/sweep.js'
import { fromVendor, vendorConfigs, vendorFiles } from './bundle/vendor.js'
import { privateZod } from './bundle/zod.js'

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const packages = Object.keys({ ...dependencies, ...peerDependencies })
const external = new RegExp(`^(node:|(${packages.join('|')})(/|$))`)

const node = {
  input: {
    node: 'build/node.js',
    libp2p: 'build/libp2p.js',
    sim: 'build/sim.js',
    cli: 'build/cli/main.js',
    'sweep-thread': 'build/sweep/thread.js'
  },
  external: (id) => external.test(id),
  plugins: [
    declarations(['node', 'index', 'player', 'libp2p', 'libp2p-web', 'sim', 'recording']),
    // The simulator alone needs it: nobody should have to install it. What package.json says of side effects is said of dist: in
    // build/, what libp2p lacks in Node.js 20 would be left out by it.
    nodeResolve({ resolveOnly: ['zod'], ignoreSideEffectsForRoot: true }),
    privateZod,
    json,
    reportScript,
    licenses
  ],
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    hoistTransitiveImports: false
  }
}

/**
 * What a page that only listens needs is one file, which the player shares with the entry. So is what a lazy part shares with
 * the entry, which would be a file more otherwise.
 *
 * @param {string} id
 * @param {import('rollup').ManualChunkMeta} meta
 */
function core(id, { getModuleInfo }) {
  if (listening.size === 0) {
    follow(resolve('build/api/web-listen.js'))
  }
  // What the player shares with its panel, which few open.
  if (/build.player.(markup|figures)\.js$/.test(id)) return 'markup'
  if (listening.has(id)) return 'core'
  return DECODING.test(id) ? 'decoding' : undefined

  function follow(from) {
    if (listening.has(from)) return
    listening.add(from)
    getModuleInfo(from).importedIds.forEach(follow)
  }
}
const listening = new Set()

/** What decodes is one part, with what the path through a media element shares with it; but for WebAssembly, which few need. */
const DECODING = /\/build\/audio\/(?:decode\/(?!wasm)|ogg\/concealment)/

const browser = {
  input: {
    index: 'build/index.js',
    player: 'build/player.js',
    libp2p: 'build/libp2p-web.js'
  },
  plugins: [fromVendor, plugins],
  output: {
    dir: 'dist/browser',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    manualChunks: core,
    hoistTransitiveImports: false
  }
}

/** The simulator has its own copy of the protocol: what pages that listen share stays as small as it is. */
const simulator = {
  input: 'build/sim.js',
  plugins: [json, reportScript, privateZod, plugins],
  output: { file: 'dist/browser/sim.js', format: 'es', sourcemap: true }
}

/** Who verifies a recording need not listen: all that it takes is one file, and so is all that a page of recordings runs. */
const recordings = ['recording', 'published'].map((name) => ({
  input: `build/${name}.js`,
  plugins: [fromVendor, plugins],
  output: { file: `dist/browser/${name}.js`, format: 'es', sourcemap: true }
}))

/** Files that nobody imports: an audio thread loads each by its URL. */
const worklets = Object.entries({
  worklet: 'build/audio/playback/worklet.js',
  'capture-worklet': 'build/audio/capture/worklet.js'
}).map(([name, input]) => ({
  input,
  plugins,
  output: { file: `dist/browser/${name}.js`, format: 'es', sourcemap: true }
}))

const all = [
  ...vendorConfigs(plugins),
  node,
  ...worklets,
  simulator,
  ...recordings,
  browser,
  classicConfig
].map((config) => ({
  ...config,
  plugins: [config.plugins, noteWritten]
}))
all.at(-1).plugins.push(sweep(vendorFiles))

export default all
