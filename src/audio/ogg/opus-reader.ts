/**
 * Ogg Opus in: bytes, in chunks of any size, become the items of a source (RFC 7845 over RFC 3533).
 *
 * A file or stream is a chain of links (RFC 3533 section 4, "chaining"). Each link is a group of logical streams that
 * begin together, their first pages ahead of all others ("grouping"); the first that is Opus is read, others, as
 * a video's pictures, are passed over. How each logical stream is read stands in `opus-stream.ts`.
 *
 * A file is read strictly, since damage there wants to be known before the show. A live stream is read *lossy*:
 * what is damaged is passed over and counted, since the show must go on, and one may join it anywhere.
 */
import { TreecastError } from '../../protocol/errors.js'
import type { SourceItem } from '../source.js'
import { parseOpusHead } from './opus-head.js'
import { OpusStream } from './opus-stream.js'
import { type Page, PageReader } from './page.js'

/** A live stream in which no stream has begun for so long never shows its headers: two minutes at 64 kbit/s. */
const MAX_HEADERLESS_BYTES = 1024 * 1024

/** How the first packets of other codecs in Ogg begin, for the message. */
const CODECS: readonly (readonly [magic: string, codec: string])[] = [
  ['\x01vorbis', 'Vorbis'],
  ['\x7fFLAC', 'FLAC'],
  ['Speex   ', 'Speex'],
  ['\x80theora', 'Theora'],
  ['CELT    ', 'CELT'],
  ['PCM     ', 'PCM'],
  ['OVP80', 'VP8'],
  ['BBCD\0', 'Dirac'],
  ['fishead\0', 'Skeleton']
]

export interface OpusReaderOptions {
  /** What to call the source in messages. */
  readonly name?: string
  /** Pass over damage and hunt for the next page instead of throwing. */
  readonly lossy?: boolean
}

export class OpusReader {
  readonly #name: string
  readonly #lossy: boolean
  readonly #pages: PageReader
  /** The stream being read. */
  #stream: OpusStream | undefined
  /** Whether the current link's first pages are still coming. */
  #grouping = false
  /** What the current link holds besides Opus that can be read. */
  #others: string[] = []
  #links = 0
  /** Of the streams before the current one. */
  #frames = 0
  #skippedFrames = 0
  #failure: TreecastError | undefined

  constructor(options: OpusReaderOptions = {}) {
    this.#name = options.name ?? 'the source'
    this.#lossy = options.lossy ?? false
    this.#pages = new PageReader(this.#name, this.#lossy)
  }

  /** Frames given so far. */
  get frames(): number {
    return this.#frames + (this.#stream?.frames ?? 0)
  }

  /** Frames that were seen in part, or whole but invalid, and passed over. */
  get skippedFrames(): number {
    return this.#skippedFrames + (this.#stream?.skippedFrames ?? 0)
  }

  /** Bytes that belonged to no good page and were passed over. */
  get skippedBytes(): number {
    return this.#pages.skippedBytes
  }

  /**
   * Takes the next bytes, which are copied.
   *
   * @returns the items that they complete. Frames are slices of a copy that nobody changes; a frame that is kept keeps
   *   its page, 65 kB at most.
   * @throws TreecastError where the source cannot be read on; if there are items before the error, they are returned
   *   and the next call throws
   */
  push(chunk: Uint8Array): SourceItem[] {
    if (this.#failure !== undefined) throw this.#failure
    this.#pages.push(chunk)
    return this.#read()
  }

  /** Says that no more bytes come. @returns the last items. @throws TreecastError as `push` does */
  end(): SourceItem[] {
    if (this.#failure !== undefined) throw this.#failure
    this.#pages.finish()
    const items = this.#read()
    if (items.length === 0) this.#conclude()
    return items
  }

  #read(): SourceItem[] {
    const items: SourceItem[] = []
    try {
      for (let page = this.#pages.next(); page !== undefined; page = this.#pages.next())
        this.#page(page, items)
    } catch (error) {
      if (!(error instanceof TreecastError)) throw error
      this.#failure = this.#withCount(error)
      if (items.length === 0) throw this.#failure
    }
    return items
  }

  #page(page: Page, items: SourceItem[]): void {
    if (page.first) {
      this.#begin(page)
      return
    }
    this.#grouping = false
    if (this.#links === 0) this.#headerless(page)
    else if (this.#stream === undefined) throw this.#notOpus()
    else if (page.serial === this.#stream.serial) this.#stream.read(page, items)
  }

  /** A logical stream begins: a further one of this link, or with it the next link of the chain. */
  #begin(page: Page): void {
    if (!this.#grouping) {
      // A link that was cut off, in the middle of a frame even, is no fault here: chains are made by joining cuts.
      this.#frames = this.frames
      this.#skippedFrames = this.skippedFrames + (this.#stream?.torn ? 1 : 0)
      this.#stream = undefined
      this.#others = []
      this.#grouping = true
      this.#links++
    }
    const codec = codecOf(page.body)
    if (codec !== 'Opus') {
      this.#others.push(codec)
      return
    }
    const format = parseOpusHead(page.body)
    if (typeof format === 'string') this.#others.push(`Opus that ${format}`)
    else this.#stream ??= new OpusStream(page, format, this.#name, this.#lossy)
  }

  /** A page of a stream whose beginning was not seen. */
  #headerless(page: Page): void {
    if (!this.#lossy) {
      throw new TreecastError(
        'source-corrupt',
        `${this.#name} begins in the middle of a stream: the page at byte ${page.offset} has no header before it; cut it again with ffmpeg -c copy`
      )
    }
    if (page.offset > MAX_HEADERLESS_BYTES) {
      throw new TreecastError(
        'not-opus',
        `${this.#name} has sent no Opus header in ${page.offset} bytes; give it from its beginning`
      )
    }
  }

  /** Looks back at a source that has ended, and throws if that was no good end. */
  #conclude(): void {
    const { offset } = this.#pages
    if (this.#links > 0 && this.#stream === undefined) throw this.#notOpus()
    if (this.#stream?.torn === true && !this.#lossy) {
      throw this.#withCount(
        new TreecastError(
          'source-truncated',
          `${this.#name} ends inside a frame that goes on behind byte ${offset}`
        )
      )
    }
    if (this.frames > 0) return
    const what = offset === 0 ? 'is empty' : `holds no audio in its ${offset} bytes`
    throw new TreecastError(
      'source-empty',
      `${this.#name} ${what}; give a source with at least one Opus frame`
    )
  }

  #notOpus(): TreecastError {
    return new TreecastError(
      'not-opus',
      `${this.#name} holds ${this.#others.join(' and ')}; make it mono or stereo Opus: ffmpeg -i INPUT -ac 2 -c:a libopus OUTPUT.opus`
    )
  }

  /** How much was good is what the reader of a message about a damaged file asks next. */
  #withCount(error: TreecastError): TreecastError {
    if (error.code !== 'source-corrupt' && error.code !== 'source-truncated') return error
    const good = `${this.frames} ${this.frames === 1 ? 'frame' : 'frames'} before it`
    return new TreecastError(
      error.code,
      `${error.message}; ${good} are good: get the source again, or repair it with ffmpeg -c copy`
    )
  }
}

function codecOf(firstPacket: Uint8Array): string {
  const text = String.fromCharCode(...firstPacket.subarray(0, 8))
  if (text === 'OpusHead') return 'Opus'
  return CODECS.find(([magic]) => text.startsWith(magic))?.[1] ?? 'an unknown codec'
}
