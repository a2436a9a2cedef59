/** What the tree must know of a show's epochs. Its certificates know it. */
export interface Epochs {
  /** The one that signs now: requests are made in it. */
  readonly current: number
  /** Whether a request of this epoch is about this show. */
  has(epoch: number): boolean
}
