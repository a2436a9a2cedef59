/** Links over plain WebSocket, between a tracker and those who ask it. Nothing here proves who the other side is. */

export { dialWebSocket } from './dial.js'
export { webSocketLink } from './link.js'
