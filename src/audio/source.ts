import type { Frame, StreamFormat } from '../protocol/media/frame.js'

/** What a source gives, in the order of the show. A `stream` comes before the first frame, and again wherever a
 * chained stream begins. */
export type SourceItem =
  | { readonly type: 'stream'; readonly format: StreamFormat; readonly tags: readonly Tag[] }
  | { readonly type: 'frame'; readonly frame: Frame }

/** One comment of an OpusTags header: TITLE, ARTIST… (names are case-insensitive and come in upper case). */
export interface Tag {
  readonly name: string
  readonly value: string
}

/**
 * A show's audio. Ends when the source ends, throws a TreecastError when it cannot be read on; what was good
 * before has been given by then.
 */
export type Source = AsyncIterable<SourceItem>
