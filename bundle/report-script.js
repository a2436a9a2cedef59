/**
 * The script of the simulator's report: bundled with its plots for a browser, minified, and put as a text where src/sim/report/script.ts
 * keeps its place. The notices of those whose code is in it go with it, since it ends up in a page of its own. It is made again when
 * something that it is made of has changed.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeResolve as resolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { commonjs } from './browser.js'
import { packagesIn, sharedNotices } from './licenses.js'
import { minify } from './minify.js'

const REPORT = fileURLToPath(new URL('../build/sim/report/', import.meta.url))
const MADE = fileURLToPath(new URL('../build/report-script.js', import.meta.url))
const STAMP = `${MADE}.stamp`

/** @type {Promise<string> | undefined} For both worlds' bundles. */
let making

export const reportScript = {
  name: 'report-script',
  /** @param {string} id */
  async load(id) {
    if (id !== `${REPORT}script.js`) return null
    const text = await (making ??= make())
    return { code: `export const pageScript = ${JSON.stringify(text)}\n`, map: null }
  }
}

async function make() {
  const stamp = hash()
  if (existsSync(MADE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp)
    return readFileSync(MADE, 'utf8')
  // d3's modules import each other in circles, as they may.
  const bundle = await rollup({
    input: `${REPORT}page.js`,
    plugins: [resolve({ browser: true }), commonjs(), minify],
    onwarn: (warning, warn) => (warning.code === 'CIRCULAR_DEPENDENCY' ? undefined : warn(warning))
  })
  const { output } = await bundle.generate({ format: 'iife', sourcemap: false })
  await bundle.close()
  const [chunk] = output
  const text = `/*!\nCode of others in this script:\n\n${sharedNotices(packagesIn(chunk))}\n*/\n${chunk.code.trim()}\n`
  writeFileSync(MADE, text)
  writeFileSync(STAMP, stamp)
  return text
}

function hash() {
  const hash = createHash('sha256')
  const ours = ['report-script.js', 'licenses.js', 'minify.js'].map((file) => new URL(file, import.meta.url))
  const theirs = readdirSync(REPORT).filter((file) => file.endsWith('.js'))
  for (const file of ['package-lock.json', ...ours, ...theirs.map((file) => REPORT + file)])
    hash.update(readFileSync(file))
  return hash.digest('hex')
}
