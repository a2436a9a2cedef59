/** WebRTC's links for the contract: both ends here, or the far one in a process that can be frozen. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { idKey } from '../../src/protocol/wire/record.js'
import type { Link, LinkLimits } from '../../src/transport/link.js'
import type { WebRtcOptions, WebRtcTransport } from '../../src/transport/webrtc/index.js'
import { keysFromSeed } from '../protocol/world.js'
import type { Bed, SlowLink } from './contract.js'
import { webRtcPeer } from './webrtc-peer.js'

const FIXTURE = fileURLToPath(new URL('webrtc-fixture.ts', import.meta.url))

export const id = (index: number): Uint8Array => keysFromSeed(100 + index).publicKey

/** Peers who bring each other's signals. */
export class WebRtcNetwork {
  readonly peers = new Map<string, WebRtcTransport>()
  /** Every signal on its way, for those who look or change it; undefined loses it. */
  onSignal: (from: Uint8Array, to: Uint8Array, body: Uint8Array) => Uint8Array | undefined = (_, __, body) =>
    body

  async make(
    index: number,
    limits: LinkLimits,
    change: Partial<WebRtcOptions> = {}
  ): Promise<WebRtcTransport> {
    const keys = keysFromSeed(100 + index)
    const peer = await webRtcPeer(keys, limits, change)
    this.peers.set(idKey(keys.publicKey), peer)
    peer.onSignal = (to, body) => {
      const brought = this.onSignal(keys.publicKey, to, body)
      if (brought === undefined) return
      const other = this.peers.get(idKey(to))
      if (other === undefined) peer.unreachable(to)
      else other.signalled(keys.publicKey, brought)
    }
    return peer
  }

  async close(): Promise<void> {
    await Promise.all([...this.peers.values()].map((peer) => peer.close()))
  }
}

export function webRtcBed(): Bed {
  const network = new WebRtcNetwork()
  const children: ChildProcess[] = []
  let next = 10
  return {
    raw: undefined,
    keepsData: false,
    // What the native library's SCTP takes, by its default, and a full queue of ours.
    networkBytes: 2 * 1024 * 1024,
    async open(limits: LinkLimits, onNear: (link: Link) => void, onFar: (link: Link) => void) {
      const [near, far] = [await network.make(next, limits), await network.make(next + 1, limits)]
      far.onLink = onFar
      onNear(await near.dial(id(next + 1), far.addresses))
      next += 2
    },
    async slow(limits): Promise<SlowLink> {
      const [own, other] = [next++, next++]
      const near = await network.make(own, limits)
      const child = fork(FIXTURE, [String(100 + other)], { execArgv: ['--import', 'tsx'] })
      children.push(child)
      const received: Uint8Array[] = []
      child.on('message', (told: { body?: string; message?: string }) => {
        if (told.message !== undefined) received.push(new Uint8Array(Buffer.from(told.message, 'hex')))
        if (told.body !== undefined) near.signalled(id(other), new Uint8Array(Buffer.from(told.body, 'hex')))
      })
      await once(child, 'message')
      near.onSignal = (_, body) => {
        child.send({
          from: Buffer.from(id(own)).toString('hex'),
          body: Buffer.from(body).toString('hex')
        })
      }
      const link = await near.dial(id(other), ['/webrtc'])
      return {
        link,
        received,
        stall: () => child.kill('SIGSTOP'),
        resume: () => child.kill('SIGCONT')
      }
    },
    async close() {
      await network.close()
      for (const child of children) {
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
    }
  }
}
