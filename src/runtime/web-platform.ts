/**
 * A browser: WebRTC with everybody, and, where that cannot be or is not wanted, libp2p over WebSocket to peers that listen,
 * which is loaded when it is needed.
 */

import { WAY } from '../protocol/wire/ways.js'
import { AnyTransport, type TransportChoice } from '../transport/any.js'
import { WebRtcTransport } from '../transport/webrtc/index.js'
import { dialFromPage } from '../transport/websocket/web.js'
import { type IceOptions, iceConfiguration } from './ice.js'
import type { Network, NetworkWish, Platform, WebRtcState } from './platform.js'
import { hash, makeIdentity, randomUint32, verify } from './web-crypto.js'

export interface WebNetworkOptions extends IceOptions {
  /** `off` makes no peer-to-peer connection: audio comes by WebSocket from peers that listen on servers, nothing is passed
   * on, and no other visitor sees this one's address. Default `on`. */
  readonly p2p?: 'on' | 'off'
}

export const webPlatform: Platform<WebNetworkOptions> = {
  makeSigner: makeIdentity,
  makeIdentity,
  verify,
  hash,
  randomUint32,
  open,
  dialTracker: dialFromPage
}

function open(wish: NetworkWish, options: WebNetworkOptions): Promise<Network> {
  const { identity, limits, maxLinks } = wish
  const ice = iceConfiguration(options)
  const state: { state: WebRtcState; reason?: string } = { state: 'untried' }
  // A page that came by https may not use plain WebSocket, but to its own machine.
  const isSecure = globalThis.location.protocol === 'https:'
  const webSocketWays = isSecure ? WAY.wss : WAY.ws | WAY.wss
  const choices: TransportChoice[] = []
  const network: Network = {
    get transport() {
      return transport
    },
    get ways() {
      return state.state === 'untried' || state.state === 'works' ? webSocketWays | WAY.webrtc : webSocketWays
    },
    onWays: () => undefined,
    webRtc: state
  }
  if (options.p2p === 'off') state.state = 'off'
  else if (!('RTCPeerConnection' in globalThis)) {
    state.state = 'missing'
    state.reason = 'this browser has no WebRTC, or it is turned off'
  } else {
    const webRtc = new WebRtcTransport({
      id: identity.publicKey,
      sign: identity.sign,
      verify,
      randomUint32,
      ice,
      limits,
      maxLinks,
      onWorks: () => (state.state = 'works'),
      onBlocked: (why) => {
        if (state.state === 'blocked') return
        state.state = 'blocked'
        state.reason = why
        network.onWays(network.ways)
      }
    })
    choices.push({ ways: WAY.webrtc, transport: webRtc })
  }
  choices.push({
    ways: webSocketWays,
    transport: async () => {
      const { startInPage } = await import('../transport/libp2p/page-transport.js')
      return startInPage({ privateKeySeed: identity.seed, limits, maxLinks })
    }
  })
  const transport = new AnyTransport(choices)
  return Promise.resolve(network)
}
