import { expect } from 'chai'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { decodeSignalBody, encodeSignalBody, signalMessage } from '../../src/protocol/wire/signal.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import type { WebRtcTransport } from '../../src/transport/webrtc/index.js'
import { type Keys, keysFromSeed } from '../protocol/world.js'
import { Client, joined, joinOf } from '../tracker/tracker-client.js'
import { webRtcPeer } from '../transport/webrtc-peer.js'

const LIMITS = { maxMessageBytes: 16 * 1024, dataQueueBytes: 32 * 1024, controlQueueBytes: 128 * 1024 }
const PEERS = 5
const OFFERS_EACH = 20
/** Before a bucket is empty. */
const WATCHED_MS = 3_000

/** Runs nothing of ours, at an address from which nobody came: what is sent to it, by UDP and TCP. */
class Victim {
  packets = 0
  private readonly udp = createSocket('udp4')
  private readonly tcp = createServer((socket) => {
    this.packets++
    socket.destroy()
  })

  async open(): Promise<{ address: string; udpPort: number; tcpPort: number }> {
    const address = '127.0.0.77'
    this.udp.on('message', () => this.packets++)
    this.udp.bind(0, address)
    this.tcp.listen(0, address)
    await Promise.all([once(this.udp, 'listening'), once(this.tcp, 'listening')])
    return {
      address,
      udpPort: this.udp.address().port,
      tcpPort: (this.tcp.address() as AddressInfo).port
    }
  }

  close(): void {
    this.udp.close()
    this.tcp.close()
  }
}

describe('somebody who runs nothing of treecast, and whom a malicious peer names as its own address', function () {
  this.timeout(60_000)
  let tracker: TrackerServer
  let victim: Victim
  let offer: (to: Uint8Array) => Uint8Array
  const attacker = keysFromSeed(900)
  const transports: WebRtcTransport[] = []
  const clients: Client[] = []

  before(async () => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0 })
    victim = new Victim()
    const { address, udpPort, tcpPort } = await victim.open()
    const description = await anOffer(attacker, keysFromSeed(901).publicKey)
    const candidates = [
      `candidate:1 1 UDP 2122260223 ${address} ${udpPort} typ host`,
      `candidate:2 1 UDP 2122260222 ::ffff:${address} ${udpPort} typ srflx raddr 0.0.0.0 rport 0`,
      `candidate:3 1 UDP 2122260221 ${address} ${udpPort} typ relay raddr 0.0.0.0 rport 0`,
      `candidate:4 1 TCP 2122260220 ${address} ${tcpPort} typ host tcptype passive`
    ]
    const sdp = description + candidates.map((each) => `a=${each}\r\n`).join('')
    let negotiation = 0
    offer = (to) => {
      const content = {
        kind: 'offer' as const,
        sdp,
        candidates: candidates.map((candidate) => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 }))
      }
      return signed(attacker, to, encodeSignalBody({ negotiation: ++negotiation, content }))
    }
  })

  after(async () => {
    await Promise.all(transports.map((transport) => transport.close()))
    for (const { socket } of clients) socket.terminate()
    victim.close()
    await tracker.close(0)
  })

  /** Honest peers that answer whatever comes by the tracker, or by a neighbour. */
  async function honest(first: number): Promise<{ keys: Keys; transport: WebRtcTransport }[]> {
    return Promise.all(
      Array.from({ length: PEERS }, async (_, n) => {
        const keys = keysFromSeed(first + n)
        const transport = await webRtcPeer(keys, LIMITS, { dialTimeoutMs: WATCHED_MS })
        transports.push(transport)
        return { keys, transport }
      })
    )
  }

  /** Packets a second that it gets while that is done, and for a while after. */
  async function rate(attack: () => Promise<void> | void): Promise<number> {
    const before = victim.packets
    const begin = performance.now()
    await attack()
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
    return ((victim.packets - before) * 1000) / (performance.now() - begin)
  }

  it('would be sent packets by all of them, if they did as they are told', async () => {
    const [one] = await honest(910)
    const perSecond = await rate(() =>
      one!.transport.signalled(attacker.publicKey, offer(one!.keys.publicKey), 0xffff)
    )
    expect(perSecond).to.be.above(0)
  })

  it('is sent nothing when the signals come by a tracker', async () => {
    const peers = await honest(920)
    for (const [n, { keys, transport }] of peers.entries()) {
      const client = await joined(tracker.url, joinOf(n, { peerId: keys.publicKey }))
      clients.push(client)
      void client
        .message('signal', ({ from, body, allowed }) => {
          transport.signalled(from, body, allowed)
          return false
        })
        .catch(() => undefined)
    }
    const evil = await joined(tracker.url, joinOf(99, { peerId: attacker.publicKey }))
    clients.push(evil)
    const perSecond = await rate(() => {
      for (let n = 0; n < OFFERS_EACH; n++)
        for (const { keys } of peers) {
          const [to, from] = [keys.publicKey, attacker.publicKey]
          // What it says of itself counts for nothing.
          evil.send({ type: 'signal', to, from, body: offer(to), allowed: 0xffff })
        }
    })
    expect(tracker.stats().signals).to.be.above(PEERS)
    expect(perSecond).to.equal(0)
  })

  it('is sent little when a neighbour brings them, whoever that is', async () => {
    const peers = await honest(940)
    const perSecond = await rate(() => {
      for (let n = 0; n < OFFERS_EACH; n++)
        for (const { keys, transport } of peers)
          transport.signalled(attacker.publicKey, offer(keys.publicKey))
    })
    process.stdout.write(`      ${perSecond.toFixed(1)} packets/s of ${PEERS} peers\n`)
    expect(perSecond).to.be.at.most(10)
  })
})

/** What a peer offers first, as its own transport writes it. */
async function anOffer(keys: Keys, to: Uint8Array): Promise<string> {
  const transport = await webRtcPeer(keys, LIMITS)
  const body = await new Promise<Uint8Array>((resolve) => {
    transport.onSignal = (_, body) => resolve(body)
    transport.dial(to, ['/webrtc']).catch(() => undefined)
  })
  await transport.close()
  const { content } = decodeSignalBody(body).body
  if (content.kind !== 'offer') throw new Error('not an offer')
  return content.sdp.replace(/^a=candidate:.*\r\n/gm, '')
}

function signed(keys: Keys, to: Uint8Array, unsigned: Uint8Array): Uint8Array {
  const signature = keys.sign(signalMessage(keys.publicKey, to, unsigned))
  return Uint8Array.of(...unsigned, ...signature)
}
