/** Links over WebRTC data channels, in browsers and, with a native package, in Node.js. */

export type { WebRtc } from './connection.js'
export { type ConnectionCounts, type WebRtcOptions, WebRtcTransport } from './transport.js'
