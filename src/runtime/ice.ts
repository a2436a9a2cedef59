/** ICE servers as callers give them. There are none but theirs: whoever is asked for a visitor's address is named. */

import { TreecastError } from '../protocol/errors.js'

/** As browsers' `RTCIceServer`, which Node.js has no type for. */
export interface IceServer {
  readonly urls: string | string[]
  readonly username?: string
  readonly credential?: string
}

export interface IceConfiguration {
  readonly iceServers: IceServer[]
  readonly iceTransportPolicy: 'all' | 'relay'
}

export interface IceOptions {
  /** STUN and TURN servers for WebRTC, as RTCPeerConnection takes them. Default: none, which does within one network and
   * towards peers with public addresses. */
  readonly iceServers?: readonly IceServer[]
  /** `relay` sends everything by TURN servers, so that peers do not see this one's address. Default `all`. */
  readonly iceTransportPolicy?: 'all' | 'relay'
}

/** @throws TreecastError `bad-option` if a server is none. */
export function iceConfiguration({
  iceServers = [],
  iceTransportPolicy = 'all'
}: IceOptions): IceConfiguration {
  if (!Array.isArray(iceServers))
    throw bad('iceServers is no list; it is one of { urls, username, credential }')
  for (const server of iceServers as readonly (IceServer | undefined)[]) {
    const urls = [server?.urls ?? []].flat()
    if (urls.length === 0) throw bad('a server in iceServers has no urls')
    for (const url of urls) {
      if (!/^(?:stuns?|turns?):\S+$/.test(url))
        throw bad(`"${url}" in iceServers is no stun: or turn: address`)
      const needsPassword = /^turns?:/.test(url)
      if (needsPassword && (server?.username === undefined || server.credential === undefined))
        throw bad(`the TURN server "${url}" in iceServers needs a username and a credential`)
    }
  }
  if (iceTransportPolicy === 'relay' && iceServers.length === 0) {
    throw bad('iceTransportPolicy is relay, and iceServers names no TURN server to relay by')
  }
  return { iceServers: iceServers.map((server: IceServer) => ({ ...server })), iceTransportPolicy }
}

function bad(problem: string): TreecastError {
  return new TreecastError('bad-option', problem)
}
