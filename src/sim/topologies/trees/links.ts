/** The links of a peer of `feeds.ts`, by peer: dialled when something is to be said, closed when nothing is. */

import type { Host } from '../../topology.js'
import { bytesOf, type Message } from './messages.js'

export class Links {
  private readonly host: Host
  private readonly peerOf = new Map<number, number>()
  /** Links that this peer has dialled. */
  private readonly ours = new Set<number>()
  private readonly dialling = new Set<number>()
  /** Peers that could not be reached, or fell silent. */
  private readonly shunned = new Set<number>()

  constructor(host: Host) {
    this.host = host
  }

  opened(link: number, peer: number, isOurs: boolean): void {
    this.peerOf.set(link, peer)
    if (isOurs) this.ours.add(link)
    this.dialling.delete(peer)
  }

  /** @returns who was at its other end */
  ended(link: number): number | undefined {
    const peer = this.peerOf.get(link)
    this.peerOf.delete(link)
    this.ours.delete(link)
    return peer
  }

  shun(peer: number): void {
    this.shunned.add(peer)
    this.dialling.delete(peer)
  }

  mayAsk(peer: number): boolean {
    return peer !== this.host.self && !this.shunned.has(peer)
  }

  peerAt(link: number): number | undefined {
    return this.peerOf.get(link)
  }

  has(peer: number): boolean {
    return this.linkTo(peer) !== undefined
  }

  send(link: number, message: Message): void {
    this.host.send(link, message, bytesOf(message))
  }

  dial(peer: number): void {
    if (this.dialling.has(peer) || this.has(peer)) return
    this.dialling.add(peer)
    this.host.connect(peer)
  }

  /** Sends if there is a link, and otherwise dials. @returns whether it was sent */
  sendTo(peer: number, message: Message): boolean {
    const link = this.linkTo(peer)
    if (link !== undefined) this.send(link, message)
    else this.dial(peer)
    return link !== undefined
  }

  /** Ends links that this peer has dialled and does not need. */
  tidy(isNeeded: (link: number, peer: number) => boolean): void {
    for (const link of this.ours) {
      if (isNeeded(link, this.peerOf.get(link)!)) continue
      this.ended(link)
      this.host.close(link)
    }
  }

  private linkTo(peer: number): number | undefined {
    return [...this.peerOf].find(([, each]) => each === peer)?.[0]
  }
}
