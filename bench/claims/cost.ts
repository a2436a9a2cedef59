/** What listening and relaying cost, on this machine. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { reachable } from '../../test/package/modules.js'
import { measurePages } from '../show/pages.js'
import { measureRelays, ratioOf } from '../show/relays.js'
import { median } from '../show/stage.js'
import { atMost, type Claim } from './claim.js'

const BUNDLES = fileURLToPath(new URL('../../dist/browser/', import.meta.url))
const SIZE = 'npx mocha test/package/size.test.ts'

export const COST: readonly Claim[] = [
  {
    what: 'CPU of a relay for a packet to each of eight, over a bare `ws` server',
    bar: '≤ 3 times',
    see: async () => atMost(3, ratioOf(await measureRelays()), 1, ' times'),
    command: 'npm run bench'
  },
  {
    what: 'from `listen()` to the first sample in a page, median',
    bar: '≤ 500 ms',
    async see() {
      const startups = await measurePages()
      return startups.length === 0
        ? undefined
        : atMost(500, median(startups.map(({ heard }) => heard)), 0, ' ms')
    },
    command: 'npm run bench'
  },
  {
    what: 'what a page loads to listen, gzip',
    bar: '≤ 45 KB',
    see: () => Promise.resolve(atMost(45, sizeOf(core()), 1, ' KB')),
    command: SIZE
  },
  {
    what: 'what the player adds',
    bar: '≤ 8 KB',
    see() {
      const own = [...reachable(BUNDLES, ['player.js'], ['now'])].filter((file) => !core().has(file))
      return Promise.resolve(atMost(8, sizeOf(own), 1, ' KB'))
    },
    command: SIZE
  }
]

function core(): Set<string> {
  return reachable(BUNDLES, ['index.js'], ['now'])
}

function sizeOf(files: Iterable<string>): number {
  let bytes = 0
  for (const file of files) bytes += gzipSync(readFileSync(BUNDLES + file), { level: 9 }).length
  return bytes / 1000
}
