/** The links of a peer of HyParView: each is dialled in order to say something. */

import type { Host } from '../../topology.js'
import { bytesOf, type Message } from './messages.js'

export class Dialler {
  private readonly host: Host
  private readonly peerOf = new Map<number, number>()
  private readonly firstWords = new Map<number, Message>()

  constructor(host: Host) {
    this.host = host
  }

  /** Under way. */
  get dials(): number {
    return this.firstWords.size
  }

  dial(peer: number, firstWord: Message): void {
    const isLinked = peer === this.host.self || [...this.peerOf.values()].includes(peer)
    if (isLinked || this.firstWords.has(peer)) return
    this.firstWords.set(peer, firstWord)
    this.host.connect(peer)
  }

  linked(link: number, peer: number, isDialler: boolean): void {
    this.peerOf.set(link, peer)
    const firstWord = this.firstWords.get(peer)
    if (!isDialler || firstWord === undefined) return
    this.firstWords.delete(peer)
    this.send(link, firstWord)
  }

  unreachable(peer: number): void {
    this.firstWords.delete(peer)
  }

  unlinked(link: number): void {
    this.peerOf.delete(link)
  }

  peerAt(link: number): number | undefined {
    return this.peerOf.get(link)
  }

  send(link: number, message: Message): void {
    this.host.send(link, message, bytesOf(message))
  }
}
