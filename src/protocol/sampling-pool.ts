/** A set from which one draws at random without looking at all of it. */

import type { Random } from './random.js'

export class SamplingPool<T> {
  private readonly items: T[] = []
  private readonly placeOf = new Map<T, number>()

  get size(): number {
    return this.items.length
  }

  add(item: T): void {
    if (this.placeOf.has(item)) return
    this.placeOf.set(item, this.items.length)
    this.items.push(item)
  }

  delete(item: T): void {
    const place = this.placeOf.get(item)
    if (place === undefined) return
    this.put(this.items.at(-1)!, place)
    this.items.pop()
    this.placeOf.delete(item)
  }

  /** All items, each once, in random order. Whoever stops early has paid for as many as it took. The pool must not change
   * meanwhile. */
  *draw(random: Random): Generator<T> {
    for (let left = this.items.length; left > 0; left--) {
      const place = random.below(left)
      const item = this.items[place]!
      this.put(this.items[left - 1]!, place)
      this.put(item, left - 1)
      yield item
    }
  }

  private put(item: T, place: number): void {
    this.items[place] = item
    this.placeOf.set(item, place)
  }
}
