/**
 * `npm run bench`: what treecast costs, side by side with a bare `ws` server that fans out the same bytes, in one run.
 * Prints the tables that stand in the README.
 */

import { measureJoins } from './show/joins.js'
import { measureMemory } from './show/memory.js'
import { measurePages, printPages } from './show/pages.js'
import { measureRecordings } from './show/recordings.js'
import { measureRelays, printRelays } from './show/relays.js'

printRelays(await measureRelays())
await measureMemory()
await measureJoins()
printPages(await measurePages())
await measureRecordings()
console.log('\nThe transports alone: node --import tsx bench/transport/relay.ts')
