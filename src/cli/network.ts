/** What `broadcast`, `listen` and `relay` can be told of the network. */

import type { Command } from 'commander'
import type { LinkOptions } from '../api/start-peer.js'
import type { IceServer } from '../runtime/ice.js'
import type { NodeNetworkOptions } from '../runtime/node-platform.js'
import { collect, port } from './arguments.js'
import type { Reporter } from './reporter.js'

export interface NetworkFlags {
  host?: string
  port?: number
  wsPort?: number
  announce?: string[]
  iceServer?: string[]
  webrtc: boolean
}

export function addNetwork(command: Command): Command {
  return command
    .option(
      '--host <address>',
      'address at which others can reach this one (default: the one towards the tracker)'
    )
    .option('--port <port>', 'TCP port to listen on, 0 for any free one', port)
    .option('--ws-port <port>', 'port for pages that cannot use WebRTC, 0 for any free one', port)
    .option(
      '--announce <multiaddr>',
      'a further address for others to dial, as /dns4/…/tcp/443/wss; may be repeated',
      collect
    )
    .option(
      '--ice-server <url>',
      'stun:host:port, or turn:user:password@host:port, for WebRTC; may be repeated',
      collect
    )
    .option('--no-webrtc', 'speak no WebRTC; pages come by WebSocket')
}

export function networkOf(flags: NetworkFlags): NodeNetworkOptions & LinkOptions {
  const { host, port: tcp, wsPort, announce, iceServer, webrtc } = flags
  return {
    webrtc,
    ...(host === undefined ? {} : { host }),
    ...(tcp === undefined ? {} : { port: tcp }),
    ...(wsPort === undefined ? {} : { webSocketPort: wsPort }),
    ...(announce === undefined ? {} : { announce }),
    ...(iceServer === undefined ? {} : { iceServers: iceServer.map(serverOf) })
  }
}

/** Once, to whoever runs it: pages will come another way. */
export function sayWebRtc(reporter: Reporter, { webrtc }: { readonly webrtc: string }): void {
  if (webrtc !== 'missing') return
  reporter.say('without WebRTC, so pages come by WebSocket alone; npm install node-datachannel adds it')
}

/** `turn:user:password@host` as RTCPeerConnection wants it. Others are taken as they are, and checked there. */
function serverOf(text: string): IceServer {
  const match = /^(turns?):([^:@]+):([^@]+)@(.+)$/.exec(text)
  if (match === null) return { urls: text }
  const [, scheme, username, credential, host] = match as unknown as [string, string, string, string, string]
  return { urls: `${scheme}:${host}`, username, credential }
}
