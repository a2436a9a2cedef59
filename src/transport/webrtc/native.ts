/**
 * WebRTC in Node.js, by the native package `node-datachannel`, where it is installed. Its RTCPeerConnection negotiates
 * by itself as soon as a channel is made, which simple-peer, as browsers have it, wants to do in its own time; and its
 * descriptions are no plain objects, which simple-peer changes.
 *
 * Two of its kind need a second to connect: whoever answers begins DTLS before the answer is there, and again only a second
 * later. (To let the other end begin fails one time in ten where both are on one machine: it then compares certificates with
 * a description that is not read yet.) Peers in Node.js dial each other by TCP; browsers begin again at once.
 */

import type { WebRtc } from './connection.js'

/** @param bindAddress the one address of this machine to use; default: all. @returns undefined where the package is missing. */
export async function nativeWebRtc(bindAddress?: string): Promise<WebRtc | undefined> {
  const loaded = await load()
  if (loaded === undefined) return undefined
  const { native, polyfill } = loaded

  class PatientPeerConnection extends polyfill.RTCPeerConnection {
    private readonly native: InstanceType<typeof native.PeerConnection>

    constructor(config: RTCConfiguration = {}) {
      const inner = new native.PeerConnection('treecast', {
        iceServers: (config.iceServers ?? []).flatMap(serverUrls),
        iceTransportPolicy: config.iceTransportPolicy ?? 'all',
        disableAutoNegotiation: true,
        ...(bindAddress === undefined ? {} : { bindAddress })
      })
      super({ ...config, peerConnection: inner })
      this.native = inner
    }

    override async createOffer(): Promise<RTCSessionDescriptionInit> {
      this.native.setLocalDescription('offer')
      return plain((await super.createOffer()) as RTCSessionDescriptionInit)
    }

    override async createAnswer(): Promise<RTCSessionDescriptionInit> {
      this.native.setLocalDescription('answer')
      return plain((await super.createAnswer()) as RTCSessionDescriptionInit)
    }

    /** It was set when it was made. */
    override setLocalDescription(): Promise<void> {
      return Promise.resolve()
    }
  }

  return {
    RTCPeerConnection: PatientPeerConnection,
    RTCSessionDescription: polyfill.RTCSessionDescription,
    RTCIceCandidate: polyfill.RTCIceCandidate
  } as unknown as WebRtc
}

async function load() {
  try {
    return { native: await import('node-datachannel'), polyfill: await import('node-datachannel/polyfill') }
  } catch {
    return undefined
  }
}

function plain({ type, sdp }: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
  return { type, sdp: sdp ?? '' }
}

/** As the native library wants it: credentials within the address. */
function serverUrls({ urls, username, credential }: RTCIceServer): string[] {
  return [urls].flat().map((url) => {
    if (username === undefined || typeof credential !== 'string') return url
    const [scheme, rest] = [url.slice(0, url.indexOf(':')), url.slice(url.indexOf(':') + 1)]
    return `${scheme}:${encodeURIComponent(username)}:${encodeURIComponent(credential)}@${rest}`
  })
}
