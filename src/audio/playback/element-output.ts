/**
 * Frames go undecoded through a media element: Safari silences an AudioContext in the background, but not an element.
 *
 * The element plays, decodes and resamples; here it is kept at the live edge. Until there is enough nothing is appended, so
 * that it cannot start on a crumb. Loaded only where it is needed.
 */
import { TreecastError } from '../../protocol/errors.js'
import type { HeardFrame } from '../heard-frame.js'
import { concealment } from '../ogg/concealment.js'
import { ClockFollower } from './clock-follower.js'
import { type Container, CONTAINERS, Fragments } from './fragments.js'
import { LiveEdge } from './live-edge.js'
import type { Output, OutputEvents, OutputStats } from './output.js'

const RATE_MS = 48
const SECOND = 48_000

/** As for the worklet: enough to begin with, where the show has just begun. */
const ENOUGH_TO_BEGIN = SECOND / 2
/** So far behind the wanted delay it seeks, rather than play faster for minutes. */
const SEEK_BEYOND = SECOND
/** What has been heard is dropped in pieces of this size, and this much of it is kept. */
const EVICT_S = 10
const KEEP_S = 5
/** No buffer reaches so far beyond the live edge. */
const FAR_S = 3600
/** A seek into the last moments of a buffered range would stall at once. */
const LANDING_S = 0.05

export interface ElementOutputOptions {
  readonly delayMs: number
}

/** Bytes for the element, where its time 0 lies if it is a new stream, or the show's end. */
interface Chunk {
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly offsetS?: number
}

export class ElementOutput implements Output {
  readonly node = undefined
  readonly #audio: HTMLAudioElement
  readonly #delay: number
  readonly #on: OutputEvents
  readonly #container: Container
  readonly #source: MediaSource
  readonly #opened: Promise<void>
  readonly #live = new LiveEdge()
  readonly #follower: ClockFollower
  #url: string | undefined
  #buffer: SourceBuffer | undefined
  #chunks: Chunk[] = []
  #fragments: Fragments | undefined
  #channels = 0
  /** The element's time less the show's: it grows with each new show, so that the element's never goes back. */
  #shift = 0
  /** The element's time at the end of the newest frame. */
  #edge = 0
  /** `starting`: all is appended, and the element is to play from a place that it has not reached yet. */
  #state: 'filling' | 'starting' | 'playing' = 'filling'
  /** From where it goes on; undefined before the first frame. */
  #from: number | undefined
  #enough: number
  #over = false
  #paused = true
  #open = false
  #closed = false
  #underruns = 0
  #concealed = 0
  #skipped = 0

  /** @throws TreecastError `unsupported` where the browser takes no fragments of Opus. */
  constructor(audio: HTMLAudioElement, { delayMs }: ElementOutputOptions, on: OutputEvents) {
    this.#audio = audio
    this.#delay = delayMs * RATE_MS
    this.#on = on
    this.#follower = new ClockFollower(this.#delay)
    this.#enough = Math.min(this.#delay, ENOUGH_TO_BEGIN)
    const Source = mediaSource()
    const container = (['mp4', 'webm'] as const).find((each) => Source?.isTypeSupported(CONTAINERS[each]))
    if (Source === undefined || container === undefined) {
      throw new TreecastError('unsupported', 'This browser cannot play Opus: take another, or a newer one')
    }
    this.#container = container
    this.#source = new Source()
    this.#opened = new Promise<void>((resolve) => {
      this.#source.addEventListener('sourceopen', () => resolve(), { once: true })
    }).then(() => this.#begin())
    this.#attach()
    for (const type of ['timeupdate', 'waiting', 'playing', 'ended', 'error']) {
      audio.addEventListener(type, this.#look)
    }
  }

  async play(): Promise<void> {
    this.#paused = false
    // Within the gesture, if there is one. A refusal comes at once, all else waits until there is enough to play.
    const refused = this.#audio.play().then(() => false, isRefusal)
    await this.#opened
    const later = new Promise<false>((resolve) => setTimeout(() => resolve(false)))
    if ((await Promise.race([refused, later])) && this.#isWanted) {
      throw new TreecastError(
        'playback-blocked',
        'The browser plays no sound yet: call unlock() from a click or a key press'
      )
    }
    if (this.#isWanted) this.#setOpen(true)
  }

  speak(): void {
    // An element is heard as soon as it plays.
  }

  pause(): void {
    this.#paused = true
    this.#audio.pause()
    this.#setOpen(false)
  }

  feed(stream: MediaStream): void {
    const audio = this.#audio as HTMLAudioElement & { captureStream?(): MediaStream }
    if (audio.captureStream === undefined) {
      throw new TreecastError(
        'unsupported',
        "This browser gives no stream of a media element: play with output: 'worklet'"
      )
    }
    const captured = audio.captureStream()
    for (const track of captured.getTracks()) stream.addTrack(track)
    captured.addEventListener('addtrack', ({ track }) => stream.addTrack(track))
  }

  push(frame: HeardFrame): void {
    const { data, samples, format, begins, lostBefore } = frame
    const at = frame.mediaTime + this.#shift
    this.#concealed += lostBefore
    if (
      begins !== 'no' ||
      this.#fragments === undefined ||
      format.channels !== this.#channels ||
      lostBefore > this.#delay
    ) {
      this.#beginStream(frame, at)
    } else if (lostBefore > 0) {
      // As in a file: the decoder is asked to conceal, and time goes on.
      for (const lost of concealment(lostBefore, data[0] ?? 0)) this.#fragments.add(lost.data, lost.samples)
    }
    this.#fragments!.add(data, samples)
    this.#edge = at + samples
    this.#from ??= at
    this.#live.arrive(this.#edge, Date.now())
    this.#tick()
  }

  end(): void {
    const fragments = this.#fragments
    this.#fragments = undefined
    void (fragments?.finish() ?? Promise.resolve()).then(() => {
      this.#chunks.push({})
      this.#over = true
      this.#tick()
    })
  }

  restart(): void {
    this.#forget()
    this.#silence()
    this.#live.clear()
    this.#shift = this.#edge + SECOND
  }

  setVolume(volume: number): void {
    this.#audio.volume = volume
    // Where the volume is the device's alone, silence is still ours.
    this.#audio.muted = volume === 0
  }

  stats(): OutputStats {
    const playing = this.#state === 'playing'
    const position = this.#audio.currentTime * SECOND
    return {
      bufferMs: Math.max(0, this.#edge - Math.max(position, this.#from ?? 0)) / RATE_MS,
      delayMs: playing ? (this.#live.expected(Date.now()) - position) / RATE_MS : 0,
      underruns: this.#underruns,
      concealedMs: this.#concealed / RATE_MS,
      skippedMs: this.#skipped / RATE_MS,
      ratio: playing ? this.#audio.playbackRate : 1,
      decoder: 'element',
      output: 'element'
    }
  }

  close(): Promise<void> {
    this.#closed = true
    this.#setOpen(false)
    for (const type of ['timeupdate', 'waiting', 'playing', 'ended', 'error']) {
      this.#audio.removeEventListener(type, this.#look)
    }
    this.#audio.pause()
    this.#audio.removeAttribute('src')
    this.#audio.srcObject = null
    this.#audio.load()
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url)
    return Promise.resolve()
  }

  get #isWanted(): boolean {
    return !this.#paused && !this.#closed
  }

  #attach(): void {
    const audio = this.#audio
    // A managed source refuses to open beside remote playback.
    audio.disableRemotePlayback = true
    audio.preservesPitch = false
    try {
      // Safari takes it as it is, which asks for less of a content security policy.
      audio.srcObject = this.#source
    } catch {
      this.#url = URL.createObjectURL(this.#source)
      audio.src = this.#url
    }
  }

  #begin(): void {
    this.#source.duration = Infinity
    this.#buffer = this.#source.addSourceBuffer(CONTAINERS[this.#container])
    this.#buffer.addEventListener('updateend', () => this.#tick())
  }

  #setOpen(open: boolean): void {
    if (open === this.#open) return
    this.#open = open
    if (!open) {
      this.#forget()
      this.#silence()
    }
    this.#on.open(open)
  }

  /** Goes to where nothing is buffered, so that nothing old is heard whenever it plays again. */
  #silence(): void {
    if (this.#audio.readyState > 0) this.#audio.currentTime = this.#edge / SECOND + FAR_S
  }

  #forget(): void {
    this.#fragments = undefined
    this.#chunks = []
    this.#from = undefined
    this.#state = 'filling'
    this.#over = false
    this.#enough = Math.min(this.#delay, ENOUGH_TO_BEGIN)
  }

  #beginStream(frame: HeardFrame, at: number): void {
    this.#channels = frame.format.channels
    void this.#fragments?.finish()
    let first = true
    const fragments = new Fragments(this.#container, frame.format, (bytes) => {
      this.#chunks.push(first ? { bytes, offsetS: at / SECOND } : { bytes })
      first = false
      this.#tick()
    })
    this.#fragments = fragments
  }

  readonly #look = ({ type }: Event): void => {
    if (type === 'playing' && this.#state === 'starting') {
      this.#state = 'playing'
      this.#follower.begin(this.#live.expected(Date.now()) - this.#audio.currentTime * SECOND)
      this.#on.playing()
    } else if (type === 'waiting' && this.#state === 'playing' && !this.#over) {
      this.#underruns++
      this.#enough = this.#delay
      this.#fillFrom(this.#audio.currentTime * SECOND)
      this.#on.underrun()
    } else if (type === 'ended' && this.#over) {
      this.#forget()
      this.#on.ended()
    } else if (type === 'error' && !this.#closed) {
      const message = `The media element gave up: ${this.#audio.error?.message ?? 'no reason told'}`
      this.#on.failed(new TreecastError('playback-failed', message))
    }
    this.#tick()
  }

  #tick(): void {
    if (!this.#open || this.#buffer === undefined) return
    const now = Date.now()
    const position = this.#audio.currentTime * SECOND
    if (this.#state === 'playing') this.#keepLive(position, now)
    if (this.#state === 'filling') this.#tryToStart(now)
    if (this.#state !== 'filling' && !this.#buffer.updating) this.#feedBuffer(this.#buffer)
    if (this.#state === 'starting' && this.#chunks.length === 0 && !this.#buffer.updating) this.#seek()
    if (this.#state === 'playing') this.#on.heard(position - this.#shift)
  }

  #keepLive(position: number, now: number): void {
    if (this.#over) return
    const behind = this.#live.expected(now) - position
    if (behind > this.#delay + SEEK_BEYOND) {
      // Beyond what is buffered it falls silent at once, and what is stale is never heard.
      const from = this.#live.expected(now) - this.#delay
      this.#skipped += from - position
      this.#fillFrom(from)
      this.#silence()
      return
    }
    const rate = this.#follower.speed(behind)
    if (rate !== this.#audio.playbackRate) this.#audio.playbackRate = rate
  }

  #fillFrom(from: number): void {
    this.#state = 'filling'
    this.#from = from
  }

  #tryToStart(now: number): void {
    if (this.#from === undefined) return
    if (!this.#over) {
      // Where the show stood still meanwhile, the live edge is not where it was expected.
      const from = Math.min(this.#from, this.#edge)
      if (this.#edge - from < this.#enough || !this.#live.isLive(now)) return
      this.#from = Math.max(from, this.#edge - this.#delay)
    }
    this.#state = 'starting'
    // At once, lest it play what is before that; but not where it only has to go on.
    const from = this.#from / SECOND
    if (Math.abs(from - this.#audio.currentTime) > LANDING_S && this.#audio.readyState > 0)
      this.#audio.currentTime = from
    this.#audio.play().catch((error: unknown) => {
      if (isRefusal(error) && !this.#paused) this.#on.blocked()
    })
  }

  /** Appends what has come, once what was appended before is in. */
  #feedBuffer(buffer: SourceBuffer): void {
    const { currentTime, buffered } = this.#audio
    if (this.#state === 'playing' && buffered.length > 0 && buffered.start(0) < currentTime - EVICT_S) {
      buffer.remove(0, currentTime - KEEP_S)
      return
    }
    const first = this.#chunks[0]
    if (first === undefined) return
    if (first.bytes === undefined) {
      this.#chunks.shift()
      this.#source.endOfStream()
      return
    }
    if (first.offsetS !== undefined) {
      buffer.abort()
      buffer.timestampOffset = first.offsetS
    }
    // All of a stream at once: each append takes its time.
    const next = this.#chunks.findIndex(
      ({ bytes, offsetS }, at) => at > 0 && (bytes === undefined || offsetS !== undefined)
    )
    const parts = this.#chunks.splice(0, next < 0 ? this.#chunks.length : next)
    try {
      buffer.appendBuffer(joined(parts.map(({ bytes }) => bytes!)))
    } catch (cause) {
      this.#on.failed(new TreecastError('playback-failed', 'The media element takes no more', { cause }))
    }
  }

  /** To where it starts, or to what comes first after it, once that is buffered. */
  #seek(): void {
    const audio = this.#audio
    // Appending took its time.
    const live = this.#over ? 0 : this.#edge - this.#delay
    const to = Math.max(this.#from!, live) / SECOND
    const { buffered, currentTime } = audio
    for (let range = 0; range < buffered.length; range++) {
      if (buffered.end(range) < to + LANDING_S) continue
      const place = Math.max(to, buffered.start(range))
      if (currentTime < place || currentTime > buffered.end(range)) audio.currentTime = place
      return
    }
  }
}

function mediaSource(): typeof MediaSource | undefined {
  const known = globalThis as { ManagedMediaSource?: typeof MediaSource; MediaSource?: typeof MediaSource }
  return known.ManagedMediaSource ?? known.MediaSource
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError'
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
