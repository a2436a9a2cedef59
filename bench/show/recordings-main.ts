/** `npm run bench:recordings`: that part of the benchmark alone. */

import { measureRecordings } from './recordings.js'

await measureRecordings()
