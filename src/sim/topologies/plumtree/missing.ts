/** Messages that a peer of Plumtree was told of and has not got: whom to ask for each, and when. */

import type { Host } from '../../topology.js'

/** How long a message may take by the tree once it was announced, and by the link that is grafted for it; ms. The paper
 * leaves them to the network: here links take up to 200 ms one way. */
const FIRST_MS = 500
const NEXT_MS = 250

export class Missing {
  private readonly host: Host
  private readonly ask: (link: number, id: number) => void
  /** By id, links on which it was announced. */
  private readonly announced = new Map<number, number[]>()

  constructor(host: Host, ask: (link: number, id: number) => void) {
    this.host = host
    this.ask = ask
  }

  add(id: number, link: number): void {
    const links = this.announced.get(id)
    if (links !== undefined) links.push(link)
    else {
      this.announced.set(id, [link])
      this.host.after(FIRST_MS, () => this.askFor(id))
    }
  }

  arrived(id: number): void {
    this.announced.delete(id)
  }

  private askFor(id: number): void {
    const link = this.announced.get(id)?.shift()
    if (link === undefined) {
      this.announced.delete(id)
      return
    }
    this.ask(link, id)
    this.host.after(NEXT_MS, () => this.askFor(id))
  }
}
