/**
 * Why treecast could not do what it was asked. `message` is one line for people: what is wrong, where, and what
 * to do about it. `code` is for programs and never changes its meaning.
 */
export class TreecastError extends Error {
  override readonly name = 'TreecastError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options as object)
    this.code = code
  }
}

/** Everything a {@link TreecastError} can be about. */
export type ErrorCode =
  /** The text is not a treecast: link, or one of its parts is malformed. */
  | 'bad-link'
  /** An option is out of its range, or two options contradict each other. */
  | 'bad-option'
  /** The source cannot be read: no such file, permission, HTTP status. */
  | 'source-unreadable'
  /** The source is not Ogg at all. */
  | 'not-ogg'
  /** The source is Ogg, but not Opus, or not an Opus that treecast carries. */
  | 'not-opus'
  /** The source holds no audio. */
  | 'source-empty'
  /** The source breaks off in the middle of a page or a frame. */
  | 'source-truncated'
  /** A page's checksum is wrong, or its structure contradicts itself. */
  | 'source-corrupt'
  /** The source is open and gives nothing. */
  | 'source-stalled'
  /** The browser lacks a part that is needed, such as an Opus encoder. */
  | 'unsupported'
  /** The browser plays no sound before the visitor has clicked or typed. */
  | 'playback-blocked'
  /** A part of the player could not be loaded, or broke down. */
  | 'playback-failed'
  /** The output cannot be written. */
  | 'output-unwritable'
  /** No tracker of the link could be reached. */
  | 'no-tracker'
  /** The tracker knows nobody who carries this broadcast. */
  | 'not-live'
  /** The publisher's certificate is not valid today, or this machine's clock is wrong. */
  | 'out-of-date'
  /** What peers offer under this link is not signed by its publisher. */
  | 'not-the-publisher'
  /** The port is taken, or the address is not this machine's. */
  | 'cannot-listen'
  /** The key file is missing, unreadable or not a key. */
  | 'bad-key'
  /** A token for a private show is none, is out of date, or is for another peer. */
  | 'bad-token'
  /** The microphone or stream cannot be captured or encoded. */
  | 'capture-failed'
  /** A file or value is no scenario of a simulation, or nothing is known under that name. */
  | 'bad-scenario'
  /** The Redis that a sweep's cells go through does not answer. */
  | 'no-redis'
  /** A file is no proof of a recording, or there is none beside it. */
  | 'bad-proof'
  /** Every tracker of the link refused us: it is full, or will not have us. */
  | 'refused'
  /** The other side speaks no protocol version of ours. */
  | 'version-mismatch'
