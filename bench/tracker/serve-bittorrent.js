// bittorrent-tracker as a process of its own, with WebSocket alone, as its documentation starts it.
import process from 'node:process'

const entry = new URL('rival/node_modules/bittorrent-tracker/server.js', import.meta.url)
const { default: Server } = await import(entry.href)
const server = new Server({ udp: false, http: false, ws: true, stats: false, trustProxy: false })
server.on('error', (/** @type {Error} */ error) => process.stderr.write(`${error.message}\n`))
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `ws://127.0.0.1:${server.ws.address().port}` })
})
process.on('message', () => {
  globalThis.gc?.()
  process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit(0))
