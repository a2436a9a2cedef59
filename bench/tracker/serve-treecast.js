// treecast's tracker as a process of its own, as it is installed. argv: the URL of a store, or nothing.
import process from 'node:process'
import { redisStore, startTracker } from 'treecast/node'

const [url] = process.argv.slice(2)
const store = url === undefined ? {} : { store: await redisStore(url) }
const tracker = await startTracker({ host: '127.0.0.1', port: 0, ...store })
process.send?.({ url: tracker.url })
process.on('message', () => {
  globalThis.gc?.()
  process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit(0))
