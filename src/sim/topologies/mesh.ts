/**
 * A pull mesh after CoolStreaming (Zhang, Liu, Li, Yum, "CoolStreaming/DONet", INFOCOM 2005): some partners tell one another
 * each second which packets they have, and each asks for what it lacks. A newcomer begins a buffer's length behind what its
 * partners have: the only topology here with a past. A tracker is the membership manager; a leaf shows an empty map.
 */

import type { Host, Parent, Participant, Topology } from '../topology.js'
import { Buffer, EMPTY_MAP } from './mesh/buffer.js'
import { MAP_BYTES, type Message } from './mesh/messages.js'
import { leastOf, Partner, ROUND_MS, SLACK } from './mesh/partner.js'
import { schedule } from './mesh/schedule.js'

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
    this.host.after(this.host.random.below(ROUND_MS), () => this.round())
  }

  found(peers: readonly number[]): void {
    const known = new Set([...this.partners.values()].map(({ peer }) => peer))
    for (const peer of peers) if (!known.has(peer)) this.host.connect(peer)
  }

  linked(link: number, peer: number): void {
    const least = leastOf([...this.partners.values()])
    this.partners.set(link, new Partner(link, peer))
    if (least === undefined || this.partners.size <= this.wanted + SLACK) return
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
      for (const [packet, hops] of this.buffer.held(given.packets)) {
        partner.score++
        this.host.sendPacket(link, packet, hops + 1)
      }
    }
  }

  parents(): Parent[] {
    const bringing = [...this.partners.values()].filter((partner) => partner.isBringing(this.host.now))
    return bringing.map(({ peer }) => ({ peer, stripes: [] }))
  }

  private send(link: number, message: Message): void {
    this.host.send(link, message, MAP_BYTES)
  }

  private round(): void {
    this.host.after(ROUND_MS, () => this.round())
    if (this.partners.size < this.wanted) this.host.findPeers(this.wanted - this.partners.size)
    const map = this.host.copies === 0 ? EMPTY_MAP : this.buffer.map()
    const partners = [...this.partners.values()]
    const newest = Math.max(...partners.map((partner) => partner.map.newest), -1)
    const wanted = this.buffer.wanted(newest, this.host.now)
    for (const [link, packets] of schedule(wanted, partners)) {
      this.send(link, { type: 'map', map })
      this.partners.get(link)!.round(packets.length, this.host.now)
      if (packets.length > 0) this.send(link, { type: 'want', packets })
    }
  }
}

/** @param partners M of the paper, which tries four to six */
export function mesh(partners = 5): Topology {
  return {
    name: 'mesh',
    about: 'A pull mesh after CoolStreaming (Zhang et al. 2005): each asks for what it sees partners have.',
    join: (host) => new MeshPeer(host, partners)
  }
}
