/**
 * Node.js: listens for libp2p over TCP and, for pages, over WebSocket; speaks WebRTC where the native package is installed.
 */

import { isIP } from 'node:net'
import { TreecastError } from '../protocol/errors.js'
import { DIAL_TIMEOUT_MS, MAX_ADDRESS_BYTES, MAX_ADDRESSES } from '../protocol/limits.js'
import { WAY, wayTo } from '../protocol/wire/ways.js'
import { AnyTransport, type TransportChoice } from '../transport/any.js'
import { libp2pTransport } from '../transport/libp2p/index.js'
import { nativeWebRtc } from '../transport/webrtc/native.js'
import { WebRtcTransport } from '../transport/webrtc/index.js'
import { dialWebSocket } from '../transport/websocket/index.js'
import { hash, keyPairFromSeed, randomSeed, randomUint32, verify } from './crypto.js'
import { type IceOptions, iceConfiguration } from './ice.js'
import { localAddressTowards } from './local-address.js'
import type { Network, NetworkWish, Platform, WebRtcState } from './platform.js'

export interface NodeNetworkOptions extends IceOptions {
  /** Where others can dial this peer: an IP address of this machine. Default: the one by which it reaches the first
   * tracker. */
  readonly host?: string
  /** TCP port; 0, the default, picks a free one. */
  readonly port?: number
  /** Port for pages that cannot use WebRTC, libp2p over WebSocket; 0, the default, picks a free one. */
  readonly webSocketPort?: number
  /** Further addresses under which others can dial this peer, as multiaddrs: what a proxy or a NAT forwards to it, such as
   * `/dns4/relay.example.org/tcp/443/wss`. At most 2. */
  readonly announce?: readonly string[]
  /** Speak WebRTC with pages, where the package `node-datachannel` is installed. Default true. */
  readonly webrtc?: boolean
}

/** With one place left at least for an address of its own, and one for WebRTC. */
const MAX_ANNOUNCED = MAX_ADDRESSES - 2

export const nodePlatform: Platform<NodeNetworkOptions> = {
  makeSigner: () => keyPairFromSeed(randomSeed()),
  makeIdentity() {
    return keyPairFromSeed(randomSeed())
  },
  verify,
  hash,
  randomUint32,
  open,
  dialTracker: dialWebSocket
}

async function open(wish: NetworkWish, options: NodeNetworkOptions): Promise<Network> {
  const { identity, isLeaf, limits, maxLinks } = wish
  const { announce = [], port = 0, webSocketPort = 0, webrtc: wantsWebRtc = true } = options
  checkAnnounced(announce)
  const ice = iceConfiguration(options)
  const host = options.host ?? (await localAddressTowards(wish.towards))
  const libp2p = await libp2pTransport({
    privateKeySeed: identity.seed,
    listen: isLeaf ? undefined : { host, port, webSocketPort },
    limits,
    maxLinks,
    dialTimeoutMs: DIAL_TIMEOUT_MS
  })
  const state: { state: WebRtcState; reason?: string } = { state: 'off' }
  const choices: TransportChoice[] = [{ ways: WAY.tcp | WAY.ws | WAY.wss, transport: libp2p }]
  const native = wantsWebRtc ? await nativeWebRtc(oneAddress(host)) : undefined
  if (native !== undefined) {
    state.state = 'untried'
    const transport = new WebRtcTransport({
      id: identity.publicKey,
      sign: identity.sign,
      verify,
      randomUint32,
      ice,
      webRtc: native,
      limits,
      maxLinks,
      onWorks: () => (state.state = 'works')
    })
    choices.push({ ways: WAY.webrtc, transport })
  } else if (wantsWebRtc) {
    state.state = 'missing'
    state.reason = 'the package node-datachannel is not installed'
  }
  return {
    transport: new AnyTransport(choices, isLeaf ? [] : announce),
    ways: choices.reduce((ways, choice) => ways | choice.ways, 0),
    onWays: () => undefined,
    webRtc: state
  }
}

/** WebRTC uses all addresses of the machine, unless it is told to listen at one. */
function oneAddress(host: string): string | undefined {
  return isIP(host) === 0 || host === '0.0.0.0' || host === '::' ? undefined : host
}

function checkAnnounced(announce: readonly string[]): void {
  if (announce.length > MAX_ANNOUNCED) {
    throw new TreecastError(
      'bad-option',
      `${announce.length} addresses to announce; at most ${MAX_ANNOUNCED}`
    )
  }
  for (const address of announce) {
    const isDialled = (wayTo(address) & (WAY.tcp | WAY.ws | WAY.wss)) !== 0
    if (isDialled && /^\/(?:ip4|ip6|dns|dns4|dns6)\//.test(address) && address.length <= MAX_ADDRESS_BYTES)
      continue
    throw new TreecastError(
      'bad-option',
      `"${address}" cannot be announced; give a multiaddr such as /dns4/relay.example.org/tcp/443/wss`
    )
  }
}
