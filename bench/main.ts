/**
 * `npm run bench`: what treecast costs, side by side with a bare `ws` server that fans out the same bytes, in one run.
 * Prints the tables that stand in the README.
 */

import { measureJoins } from './show/joins.js'
import { measureMemory } from './show/memory.js'
import { measurePages } from './show/pages.js'
import { measureRecordings } from './show/recordings.js'
import { measureRelays } from './show/relays.js'

await measureRelays()
await measureMemory()
await measureJoins()
await measurePages()
await measureRecordings()
console.log('\nThe transports alone: node --import tsx bench/transport/relay.ts')
