/** One stripe of a peer of `feeds.ts`: who feeds it, whom it feeds, and its path. */

import type { Host } from '../../topology.js'
import { Children } from './children.js'
import type { Links } from './links.js'
import type { Message, Path, Seeker } from './messages.js'
import { Parents } from './parents.js'
import { Search } from './search.js'

export class Stripe implements Seeker {
  readonly number: number
  readonly search: Search
  readonly parents = new Parents()
  readonly children: Children
  private readonly host: Host
  private readonly links: Links
  private readonly parentsWanted: number
  /** From the origin to this peer, as its children know it. */
  private path: Path

  constructor(number: number, host: Host, links: Links, parentsWanted: number) {
    this.number = number
    this.host = host
    this.links = links
    this.parentsWanted = parentsWanted
    this.children = new Children(host.copies)
    this.search = new Search(host, links, this)
    if (host.isOrigin) this.path = [host.self]
  }

  isFed(): boolean {
    return this.path !== undefined
  }

  needsMore(): boolean {
    return this.parents.count < this.parentsWanted
  }

  knows(peer: number): boolean {
    return this.children.includes(peer) || this.parents.peers.includes(peer)
  }

  needs(link: number, peer: number): boolean {
    return this.search.needs(peer) || this.parents.has(link) || this.children.has(link)
  }

  /** A link has ended. */
  lose(link: number): void {
    this.children.remove(link)
    if (this.parents.remove(link)) this.changed()
  }

  quit(link: number): void {
    this.links.send(link, { type: 'quit', stripe: this.number })
    if (this.parents.remove(link)) this.changed()
  }

  received(link: number, peer: number, message: Message): void {
    if (message.type === 'ask') this.asked(link, peer, message.takesChildren)
    else if (message.type === 'taken') this.taken(link, peer, message.path)
    else if (message.type === 'path') this.told(link, message.path)
    else if (message.type === 'quit') this.children.remove(link)
    else if (this.search.asking === peer) this.search.goOn(message.named)
  }

  private asked(link: number, peer: number, takesChildren: boolean): void {
    const { number: stripe, path, children } = this
    if (path === undefined || children.isFull || this.knows(peer)) {
      this.links.send(link, { type: 'full', stripe, named: children.named(this.host.random) })
    } else {
      children.add(link, peer, takesChildren)
      this.links.send(link, { type: 'taken', stripe, path })
    }
  }

  private taken(link: number, peer: number, path: Path): void {
    if (this.search.asking === peer) {
      this.search.end()
      if (!this.knows(peer)) this.parents.add(link, peer)
    }
    this.told(link, path)
  }

  private told(link: number, path: Path): void {
    this.parents.move(link, path, this.host.now)
    if (!this.parents.has(link) || path?.includes(this.host.self) === true) this.quit(link)
    this.changed()
  }

  private changed(): void {
    const above = this.parents.path
    const path = above === undefined ? undefined : [...above, this.host.self]
    if (path?.join() !== this.path?.join()) {
      this.path = path
      for (const link of this.children.links)
        this.links.send(link, { type: 'path', stripe: this.number, path })
    }
    this.search.begin()
  }
}
