/** The yardstick: a bare `ws` server that sends each message it gets to everybody else, and nothing more. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocketServer } from 'ws'
import { serve } from './stage.js'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
await once(server, 'listening')
let sent = 0
server.on('connection', (socket) => {
  socket.on('message', (data: RawData) => {
    for (const other of server.clients) {
      if (other === socket) continue
      other.send(data as Buffer)
      sent++
    }
  })
})

serve((message) => {
  const request = message as { type: 'port' | 'measure' }
  const { user, system } = process.cpuUsage()
  return Promise.resolve(
    request.type === 'port' ? { port: (server.address() as AddressInfo).port } : { cpu: user + system, sent }
  )
})
