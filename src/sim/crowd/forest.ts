/** The trees, one a stripe: who feeds whom. Keeps children as lists through the columns, and depths true at every moment. */

import { MAX_PATH } from '../../protocol/limits.js'
import type { Refusal } from '../../protocol/wire/message.js'
import { type Columns, NOBODY, UNFED } from './columns.js'

export class Forest {
  private readonly columns: Columns
  /** Children of the origin in one stripe: it must not spend all of its upload on one. */
  private readonly originPerStripe: number
  /** Whether the origin feeds roots alone. */
  private readonly originMaxPeers: number
  private readonly ofOrigin = new Map<number, number>()
  private readonly usedOfOrigin: number[]
  private readonly stack: number[] = []
  /** Stripes that somebody feeds somebody. */
  edges = 0
  /** Called with each whose depth has changed, and with each whose way has become too long to be followed. */
  changed: (peer: number) => void = () => undefined
  tooDeep: (peer: number, stripe: number) => void = () => undefined

  constructor(columns: Columns, originCopies: number, originMaxPeers: number) {
    this.columns = columns
    this.originPerStripe = Math.floor(originCopies)
    this.originMaxPeers = originMaxPeers
    this.usedOfOrigin = new Array<number>(columns.stripes).fill(0)
  }

  /** Why a parent cannot give a stripe to a child, as `tree/downstream.ts` and `tree/children.ts` judge; undefined if it can. */
  obstacle(parent: number, child: number, stripe: number): Refusal | undefined {
    return this.reason(parent, child, stripe) ?? (this.hasSlot(parent, child, stripe) ? undefined : 'full')
  }

  reason(parent: number, child: number, stripe: number): Refusal | undefined {
    const { depth, stripes, parent: parents } = this.columns
    if (parent === 0) return undefined
    const at = depth[parent * stripes + stripe]!
    if (at === UNFED || parents[parent * stripes + stripe] === NOBODY) return 'not-fed'
    for (let above = parent; above > 0; above = parents[above * stripes + stripe]!)
      if (above === child) return 'loop'
    return at + 1 >= MAX_PATH ? 'too-deep' : undefined
  }

  private hasSlot(parent: number, child: number, stripe: number): boolean {
    const { used, slots } = this.columns
    if (used[parent]! >= slots[parent]!) return false
    if (parent !== 0) return true
    if (this.usedOfOrigin[stripe]! >= this.originPerStripe) return false
    return this.originMaxPeers === 0 || this.ofOrigin.has(child) || this.ofOrigin.size < this.originMaxPeers
  }

  /** Slots that this child could have of the origin or of another. */
  freeSlots(parent: number): number {
    if (parent === 0 && this.originMaxPeers > 0 && this.ofOrigin.size >= this.originMaxPeers) return 0
    return this.columns.freeSlots(parent)
  }

  /** A leaf among the children in a stripe: a contributor's request takes its place. */
  leafOf(parent: number, stripe: number): number {
    const { firstChild, nextSibling, stripes } = this.columns
    for (
      let child = firstChild[parent * stripes + stripe]!;
      child !== NOBODY;
      child = nextSibling[child * stripes + stripe]!
    )
      if (this.columns.isLeaf(child)) return child
    return NOBODY
  }

  attach(child: number, parent: number, stripe: number): void {
    const { columns } = this
    const { stripes } = columns
    const at = child * stripes + stripe
    const head = parent * stripes + stripe
    columns.parent[at] = parent
    columns.nextSibling[at] = columns.firstChild[head]!
    columns.firstChild[head] = child
    columns.used[parent]!++
    this.edges++
    if (parent === 0) {
      this.usedOfOrigin[stripe]!++
      this.ofOrigin.set(child, (this.ofOrigin.get(child) ?? 0) + 1)
    }
    const above = parent === 0 ? 0 : columns.depth[head]!
    this.setDepth(child, stripe, above === UNFED ? UNFED : above + 1)
  }

  /** @returns the former parent. Depths stay as they are: those below are not taken for others while a parent is replaced. */
  detach(child: number, stripe: number): number {
    const { columns } = this
    const { stripes, nextSibling, firstChild } = columns
    const at = child * stripes + stripe
    const parent = columns.parent[at]!
    if (parent === NOBODY) return NOBODY
    const head = parent * stripes + stripe
    if (firstChild[head] === child) firstChild[head] = nextSibling[at]!
    else {
      let before = firstChild[head]!
      while (nextSibling[before * stripes + stripe] !== child)
        before = nextSibling[before * stripes + stripe]!
      nextSibling[before * stripes + stripe] = nextSibling[at]!
    }
    nextSibling[at] = NOBODY
    columns.parent[at] = NOBODY
    columns.used[parent]!--
    this.edges--
    if (parent === 0) {
      this.usedOfOrigin[stripe]!--
      const left = this.ofOrigin.get(child)! - 1
      if (left === 0) this.ofOrigin.delete(child)
      else this.ofOrigin.set(child, left)
    }
    return parent
  }

  /** Children that get a stripe. */
  childrenOf(parent: number, stripe: number): number[] {
    const { firstChild, nextSibling, stripes } = this.columns
    const children: number[] = []
    for (
      let child = firstChild[parent * stripes + stripe]!;
      child !== NOBODY;
      child = nextSibling[child * stripes + stripe]!
    )
      children.push(child)
    return children
  }

  /** Calls with a peer and all who get a stripe through it. */
  below(peer: number, stripe: number, call: (peer: number) => void): void {
    const { firstChild, nextSibling, stripes } = this.columns
    const stack = [peer]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      call(next)
      for (
        let child = firstChild[next * stripes + stripe]!;
        child !== NOBODY;
        child = nextSibling[child * stripes + stripe]!
      )
        stack.push(child)
    }
  }

  /** Sets how deep a peer stands in a stripe, and with it all below. */
  setDepth(peer: number, stripe: number, depth: number): void {
    const { firstChild, nextSibling, stripes, depth: depths } = this.columns
    const { stack, changed } = this
    const bottom = stack.length
    if (depths[peer * stripes + stripe] === depth) return
    depths[peer * stripes + stripe] = depth
    changed(peer)
    stack.push(peer)
    while (stack.length > bottom) {
      const above = stack.pop()!
      const at = depths[above * stripes + stripe]!
      const below = at === UNFED ? UNFED : Math.min(at + 1, UNFED - 1)
      for (
        let child = firstChild[above * stripes + stripe]!;
        child !== NOBODY;
        child = nextSibling[child * stripes + stripe]!
      ) {
        if (depths[child * stripes + stripe] === below) continue
        depths[child * stripes + stripe] = below
        changed(child)
        if (below > MAX_PATH && below !== UNFED) this.tooDeep(child, stripe)
        stack.push(child)
      }
    }
  }
}
