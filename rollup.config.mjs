// Bundles what `tsc -b` left in build/: one ESM file per entry, what they share in chunks. Dependencies stay
// imports, so that an installer dedupes and updates them.
import { readFileSync } from 'node:fs'

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const external = new RegExp(`^(node:|(${Object.keys(dependencies).join('|')})(/|$))`)

export default {
  input: {
    index: 'build/index.js',
    node: 'build/node.js',
    libp2p: 'build/libp2p.js',
    cli: 'build/cli/main.js'
  },
  external: (id) => external.test(id),
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    hoistTransitiveImports: false
  }
}
