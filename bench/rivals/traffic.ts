/** Bytes of every TCP socket of this process, counted alike whatever library opened it. Imported before any of them. Seen to work in
 * Node.js 22; in 20 it counted nothing. */

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

const open = new Set<Socket>()
let closedIn = 0
let closedOut = 0

for (const name of ['net.client.socket', 'net.server.socket']) {
  subscribe(name, (message) => watch((message as { socket: Socket }).socket))
}

/** So far. */
export function traffic(): Traffic {
  let [bytesIn, bytesOut] = [closedIn, closedOut]
  for (const socket of open) {
    bytesIn += socket.bytesRead
    bytesOut += socket.bytesWritten
  }
  return { bytesIn, bytesOut }
}

function watch(socket: Socket): void {
  open.add(socket)
  socket.once('close', () => {
    open.delete(socket)
    closedIn += socket.bytesRead
    closedOut += socket.bytesWritten
  })
}
