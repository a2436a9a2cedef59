/** Links to neighbours, along which packets are pushed or only announced. */

export class Branches {
  readonly eager = new Set<number>()
  readonly lazy = new Set<number>()

  grow(link: number): void {
    this.eager.add(link)
  }

  fall(link: number): void {
    this.eager.delete(link)
    this.lazy.delete(link)
  }

  /** If the link is a neighbour's still. */
  prune(link: number): void {
    if (this.eager.delete(link)) this.lazy.add(link)
  }

  graft(link: number): void {
    if (this.lazy.delete(link)) this.eager.add(link)
  }
}
