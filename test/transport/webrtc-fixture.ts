/** The far end of a WebRTC link in a process of its own, which a test can freeze. Signals go by the parent. */

import { keysFromSeed } from '../protocol/world.js'
import { LIMITS } from './contract.js'
import { webRtcPeer } from './webrtc-peer.js'

const transport = await webRtcPeer(keysFromSeed(Number(process.argv[2])), LIMITS)
transport.onSignal = (to, body) => {
  process.send!({ to: Buffer.from(to).toString('hex'), body: Buffer.from(body).toString('hex') })
}
transport.onLink = (link) => {
  link.onMessage = (message) => process.send!({ message: Buffer.from(message).toString('hex') })
}
process.on('message', ({ from, body }: { from: string; body: string }) => {
  transport.signalled(new Uint8Array(Buffer.from(from, 'hex')), new Uint8Array(Buffer.from(body, 'hex')))
})
process.on('disconnect', () => process.exit())
process.send!({ ready: true })
