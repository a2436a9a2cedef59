/** How far the past reaches that can be heard from here, and where this listener is in it; seconds of the show. */
export interface Timeline {
  /** The earliest that is here or that a neighbour holds, and the newest: the live edge, or the end. */
  readonly begin: number
  readonly end: number
  /** Up to where it was handed out. */
  readonly position: number
  /** Whether that is the live show, and not its past. */
  readonly live: boolean
  /** Whether the show is known to be over. */
  readonly over: boolean
  /** Bytes of it that are kept here. */
  readonly keptBytes: number
}
