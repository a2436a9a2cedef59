/**
 * A pull mesh after CoolStreaming (Zhang, Liu, Li, Yum, "CoolStreaming/DONet", INFOCOM 2005): some partners tell one another
 * each second which packets they have, and each asks for what it lacks. A newcomer begins a buffer's length behind what its
 * partners have: the only topology here with a past. A tracker is the membership manager; a leaf shows an empty map.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { Buffer, type BufferMap, EMPTY_MAP, WINDOW } from './mesh/buffer.js'
import { Partner, ROUND_MS } from './mesh/partner.js'
import { schedule } from './mesh/schedule.js'

const PARTNERS = 5
/** Whoever has more than so many beyond these sends the one away with whom it exchanged least. */
const SLACK = 1

/** Maps and requests alike: a bit a packet, the first one's number, and the type. */
const MAP_BYTES = WINDOW / 8 + 4 + 1

type Message =
  | { readonly type: 'map'; readonly map: BufferMap }
  | { readonly type: 'want'; readonly packets: readonly number[] }

class MeshPeer implements Participant {
  private readonly host: Host
  private readonly wanted: number
  private readonly buffer: Buffer
  private readonly partners = new Map<number, Partner>()

  constructor(host: Host, partners: number) {
    this.host = host
    this.wanted = partners
    this.buffer = new Buffer(host.bufferMs, host.packetMs)
  }

  start(): void {
    if (!this.host.isOrigin) this.host.findPeers(this.wanted)
    this.host.after(this.host.random.below(ROUND_MS), () => this.round())
  }

  found(peers: readonly number[]): void {
    const known = new Set([...this.partners.values()].map(({ peer }) => peer))
    for (const peer of peers) if (!known.has(peer)) this.host.connect(peer)
  }

  linked(link: number, peer: number): void {
    const others = [...this.partners.values()]
    this.partners.set(link, new Partner(link, peer))
    if (others.length < this.wanted + SLACK) return
    const least = others.reduce((a, b) => (b.score < a.score ? b : a))
    this.partners.delete(least.link)
    this.host.close(least.link)
  }

  unlinked(link: number): void {
    this.partners.delete(link)
  }

  published(sequence: number): void {
    this.buffer.add(sequence, 0, this.host.now)
  }

  packet(link: number, sequence: number, hops: number): void {
    this.partners.get(link)?.brought(this.host.now)
    if (this.host.hear(sequence, hops)) this.buffer.add(sequence, hops, this.host.now)
  }

  received(link: number, message: unknown): void {
    const given = message as Message
    const partner = this.partners.get(link)!
    if (given.type === 'map') partner.map = given.map
    else {
      for (const packet of given.packets) {
        const hops = this.buffer.hopsOf(packet)
        if (hops === undefined) continue
        partner.score++
        this.host.sendPacket(link, packet, hops + 1)
      }
    }
  }

  parents(): Parent[] {
    const bringing = [...this.partners.values()].filter((partner) => partner.isBringing(this.host.now))
    return bringing.map(({ peer }) => ({ peer, stripes: [] }))
  }

  private round(): void {
    this.host.after(ROUND_MS, () => this.round())
    if (this.partners.size < this.wanted) this.host.findPeers(this.wanted - this.partners.size)
    const map = this.host.copies === 0 ? EMPTY_MAP : this.buffer.map()
    for (const link of this.partners.keys())
      this.host.send(link, { type: 'map', map } satisfies Message, MAP_BYTES)
    const partners = [...this.partners.values()]
    const newest = Math.max(...partners.map((partner) => partner.map.newest), -1)
    const wanted = this.buffer.wanted(newest, this.host.now)
    for (const [link, packets] of schedule(wanted, partners)) {
      this.partners.get(link)!.round(packets.length, this.host.now)
      if (packets.length > 0) this.host.send(link, { type: 'want', packets } satisfies Message, MAP_BYTES)
    }
  }
}

/** @param partners M of the paper */
export function mesh(partners = PARTNERS): Topology {
  return {
    name: 'mesh',
    about:
      'A pull mesh after CoolStreaming (Zhang et al. 2005): partners show what they have, each asks for what it lacks.',
    join: (host) => new MeshPeer(host, partners)
  }
}
