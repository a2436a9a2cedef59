/**
 * Terser within the build's own process: a worker for each bundle, as the plugin for rollup has them, is cold for each and
 * takes several times as long.
 */
import { minify as terser } from 'terser'

/**
 * @param {import('terser').MinifyOptions} options
 * @returns {import('rollup').Plugin}
 */
const minifier = (options) => ({
  name: 'minify',
  async renderChunk(code, _, output) {
    const sourceMap = output.sourcemap !== false
    const { code: short = '', map } = await terser(code, { ...options, ecma: 2020, module: true, sourceMap })
    return { code: short, map: typeof map === 'string' ? map : null }
  }
})

export const minify = minifier({
  // simple-peer's log: the calls go, and their texts with them.
  compress: { passes: 2, pure_funcs: ['this._debug'] }
})

/** For what has been minified before, and put together since. */
export const minifyNames = minifier({ compress: false })
