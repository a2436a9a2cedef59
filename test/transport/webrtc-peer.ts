/** A WebRTC transport for tests, on loopback, whose signals somebody else carries. */

import { nativeWebRtc } from '../../src/transport/webrtc/native.js'
import { type WebRtc, type WebRtcOptions, WebRtcTransport } from '../../src/transport/webrtc/index.js'
import { randomUint32 } from '../../src/runtime/crypto.js'
import { checkSignature, type Keys } from '../protocol/world.js'

let loaded: Promise<WebRtc | undefined> | undefined

export async function webRtcPeer(
  keys: Keys,
  limits: WebRtcOptions['limits'],
  change: Partial<WebRtcOptions> = {}
): Promise<WebRtcTransport> {
  const webRtc = await (loaded ??= nativeWebRtc('127.0.0.1'))
  if (webRtc === undefined) throw new Error('node-datachannel is missing; npm ci installs it')
  return new WebRtcTransport({
    id: keys.publicKey,
    sign: (message) => keys.sign(message),
    verify: checkSignature,
    randomUint32,
    webRtc,
    limits,
    maxLinks: 64,
    ...change
  })
}
