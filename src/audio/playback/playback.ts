/**
 * Makes a show heard in a browser: frames in, sound out, at a steady delay behind the live edge.
 *
 * Here is what an application sees: play and pause, volume, what is heard when, figures. How it sounds is an
 * {@link Output}'s affair. Until one is open, the newest frames are kept as they came, so that it starts at
 * once, and at the live edge.
 */
import { TreecastError } from '../../protocol/errors.js'
import type { HeardFrame } from '../heard-frame.js'
import { LiveEdge } from './live-edge.js'
import type { Output, OutputEvents, OutputStats } from './output.js'
import { WorkletOutput } from './worklet-output.js'

const RATE_MS = 48

/** Kept beyond the delay: what a decoder needs to converge, and a packet or two. */
const BACKLOG_MARGIN_MS = 300

/** A media time so far in the past is no late frame but another show: the protocol's window is 10 s. */
const NEW_SHOW_SAMPLES = 10_000 * RATE_MS

export interface PlaybackOptions {
  /** How far behind the live edge it is heard; ms. */
  readonly delayMs: number
  /** Where the worklet's file is. Default: `worklet.js` beside the bundle. */
  readonly workletUrl?: string | URL | undefined
  /** The application's own context; it is not closed with the playback. */
  readonly context?: AudioContext | undefined
  /**
   * `auto`, the default: an audio worklet; but a media element in browsers that silence a worklet in the background
   * (Safari) or have none (pages without TLS).
   */
  readonly output?: 'auto' | 'worklet' | 'element' | undefined
  readonly on: PlaybackEvents
}

export interface PlaybackEvents {
  /** The browser wants a click or a key press first: call `unlock()` from one. */
  blocked(): void
  /** Sound begins, or goes on after an interruption. */
  playing(): void
  /** It ran out of audio; it goes on with a full buffer. */
  underrun(): void
  /** The show is over and heard to its end. */
  ended(): void
  /** It cannot go on. */
  failed(error: TreecastError): void
}

export type PlaybackStats = OutputStats

const NO_STATS: Omit<OutputStats, 'decoder' | 'output'> = {
  bufferMs: 0,
  delayMs: 0,
  underruns: 0,
  concealedMs: 0,
  skippedMs: 0,
  ratio: 1
}

interface Awaited {
  readonly mediaTime: number
  run(): void
}

export class Playback {
  readonly #options: PlaybackOptions
  readonly #live = new LiveEdge()
  /** The newest frames that no output has taken yet. */
  #backlog: HeardFrame[] = []
  /** Whether the first of them follows what the output was given last. */
  #follows = false
  #handingOver = false
  /** What is to be told when it is heard, in its order. */
  #awaited: Awaited[] = []
  #output: Output | undefined
  #making: Promise<Output> | undefined
  #stream: MediaStream | undefined
  #volume = 1
  #muted = false
  /** Whether sound is asked for, by `start()` or for `stream`. */
  #wanted = false
  #blocked = false
  #open = false
  /** Whether the show is over, and whether that has been told. */
  #over = false
  #finished = false
  #closed = false
  /** The end of the newest frame. */
  #edge = -Infinity
  #position: number | undefined

  constructor(options: PlaybackOptions) {
    this.#options = options
  }

  /** Takes a frame, in order and as soon as it is known. Frames that nobody can hear yet wait, the newest of them. */
  push(frame: HeardFrame): void {
    if (this.#closed) return
    const { mediaTime, samples } = frame
    if ((frame.begins === 'start' && mediaTime < this.#edge) || mediaTime < this.#edge - NEW_SHOW_SAMPLES) {
      this.#startAnew()
    }
    this.#over = false
    this.#finished = false
    this.#edge = mediaTime + samples
    this.#live.arrive(this.#edge, Date.now())
    this.#keep(frame)
    if (!this.#open || this.#handingOver) return
    // After those that come with it: of a long backlog only the newest are worth decoding.
    this.#handingOver = true
    queueMicrotask(() => this.#handOver())
  }

  /** What comes next is from elsewhere in the show: what is not heard yet is forgotten. */
  jump(): void {
    this.#awaited = []
    this.#startAnew()
    this.#edge = -Infinity
    this.#position = undefined
  }

  /** The media time that is heard now; undefined before any is. */
  get position(): number | undefined {
    return this.#position
  }

  /** The show is over: what is left is played, then `ended` is told. */
  end(): void {
    if (this.#closed || this.#over) return
    this.#over = true
    if (this.#open) this.#endOutput()
    else if (!this.#wanted || this.#blocked) this.#finish()
  }

  /**
   * Plays, from the live edge on. Resolves when it can be heard.
   *
   * @throws TreecastError `playback-blocked` where the browser wants a gesture first; `blocked` is told as well, and
   * `unlock()` goes on from there.
   * @throws TreecastError `playback-failed` or `unsupported` where it cannot play.
   */
  async start(): Promise<void> {
    if (this.#closed) throw new TreecastError('playback-failed', 'This playback is closed: make another')
    this.#wanted = true
    const output = this.#getOutput()
    if (output instanceof Promise) (await output).speak()
    else output.speak()
    await this.#play()
  }

  /** To be called from a click or a key press after `blocked`; goes on where `start()` was refused. */
  async unlock(): Promise<void> {
    if (this.#closed || !this.#wanted) return
    await this.#play()
  }

  /** Silence. Frames that come are passed over, and `start()` goes on at the live edge. */
  stop(): void {
    this.#wanted = false
    this.#output?.pause()
    if (this.#over) this.#finish()
  }

  /** 0…1; beyond that it is cut. */
  get volume(): number {
    return this.#volume
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume))
    this.#tellVolume()
  }

  get muted(): boolean {
    return this.#muted
  }

  set muted(muted: boolean) {
    this.#muted = muted
    this.#tellVolume()
  }

  /** What is heard, for a media element's `srcObject` or a recorder. Asking for it begins to play, into it alone. */
  get stream(): MediaStream {
    if (this.#stream === undefined) {
      this.#stream = new MediaStream()
      this.#wanted = true
      const output = this.#getOutput()
      if (output instanceof Promise) output.then((made) => made.feed(this.#stream!), this.#failed)
      else output.feed(this.#stream)
      this.#play().catch((error: unknown) => {
        if (!this.#blocked) this.#failed(error)
      })
    }
    return this.#stream
  }

  /** The last audio node, for the application's own graph; none before it plays, or where a media element plays. */
  get node(): AudioNode | undefined {
    return this.#output?.node
  }

  /** Runs it when this media time is heard: to a tenth of a second, in the order of media time. */
  whenHeard(mediaTime: number, run: () => void): void {
    let at = this.#awaited.length
    while (at > 0 && this.#awaited[at - 1]!.mediaTime > mediaTime) at--
    this.#awaited.splice(at, 0, { mediaTime, run })
  }

  stats(): PlaybackStats {
    const output = this.#usesElement ? ('element' as const) : ('worklet' as const)
    const decoder = this.#usesElement ? ('element' as const) : ('webcodecs' as const)
    return this.#output?.stats() ?? { ...NO_STATS, decoder, output }
  }

  /** Ends all that it began. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#wanted = false
    this.#awaited = []
    this.#backlog = []
    const output = this.#output ?? (await this.#making?.catch(() => undefined))
    await output?.close()
  }

  get #usesElement(): boolean {
    const { output = 'auto', context } = this.#options
    if (output !== 'auto' || context !== undefined) return output === 'element'
    return 'ManagedMediaSource' in globalThis || !('AudioWorkletNode' in globalThis)
  }

  /** At once where it can be, so that a gesture still counts. */
  #getOutput(): Output | Promise<Output> {
    if (this.#output !== undefined) return this.#output
    if (this.#usesElement) return (this.#making ??= this.#makeElement())
    this.#output = new WorkletOutput(this.#options, this.#events)
    this.#tellVolume()
    return this.#output
  }

  async #makeElement(): Promise<Output> {
    const audio = new Audio()
    // It has nothing to play yet, but from now on the gesture counts for it.
    audio.play().catch(() => undefined)
    try {
      const { ElementOutput } = await import('./element-output.js')
      const output = new ElementOutput(audio, this.#options, this.#events)
      this.#output = output
      this.#tellVolume()
      return output
    } catch (cause) {
      this.#making = undefined
      if (cause instanceof TreecastError) throw cause
      const message =
        'The media element output could not be loaded: is its file beside the bundle reachable from the page?'
      throw new TreecastError('playback-failed', message, { cause })
    }
  }

  readonly #events: OutputEvents = {
    open: (open) => this.#setOpen(open),
    blocked: () => this.#setBlocked(),
    playing: () => this.#options.on.playing(),
    underrun: () => this.#options.on.underrun(),
    ended: () => this.#finish(),
    heard: (mediaTime) => this.#heard(mediaTime),
    failed: (error) => this.#options.on.failed(error)
  }

  async #play(): Promise<void> {
    const output = await this.#getOutput()
    try {
      await output.play()
    } catch (error) {
      if (error instanceof TreecastError && error.code === 'playback-blocked') this.#setBlocked()
      else if (this.#over) this.#finish()
      throw error
    }
  }

  readonly #failed = (error: unknown): void => {
    if (error instanceof TreecastError) this.#options.on.failed(error)
  }

  #setOpen(open: boolean): void {
    this.#open = open
    this.#follows = false
    if (!open || this.#closed) return
    this.#blocked = false
    this.#handOver()
    if (this.#over) this.#endOutput()
  }

  /** Gives the output what is kept. What is too late to be heard stays, until it is known where the live edge is. */
  #handOver(): void {
    this.#handingOver = false
    if (!this.#open || this.#closed) return
    const now = Date.now()
    const tooLate = this.#edge < this.#live.expected(now) - this.#kept
    if (tooLate && !this.#over && !this.#live.isLive(now)) return
    for (const frame of this.#backlog.splice(0)) {
      const begins = this.#follows || frame.begins !== 'no' ? frame.begins : 'middle'
      this.#output!.push(this.#follows ? frame : { ...frame, begins, lostBefore: 0 })
      this.#follows = true
    }
  }

  #endOutput(): void {
    this.#handOver()
    this.#output!.end()
  }

  #setBlocked(): void {
    this.#blocked = true
    this.#options.on.blocked()
    if (this.#over) this.#finish()
  }

  #finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.#heard(Infinity)
    this.#options.on.ended()
  }

  #heard(mediaTime: number): void {
    if (mediaTime !== Infinity) this.#position = mediaTime
    while (this.#awaited.length > 0 && this.#awaited[0]!.mediaTime <= mediaTime) this.#awaited.shift()!.run()
  }

  #startAnew(): void {
    this.#heard(Infinity)
    this.#backlog = []
    this.#live.clear()
    this.#output?.restart()
  }

  #keep(frame: HeardFrame): void {
    this.#backlog.push(frame)
    while (this.#backlog[0]!.mediaTime < this.#edge - this.#kept) {
      this.#backlog.shift()
      this.#follows = false
    }
  }

  /** How much of the newest is worth keeping; samples. */
  get #kept(): number {
    return (this.#options.delayMs + BACKLOG_MARGIN_MS) * RATE_MS
  }

  #tellVolume(): void {
    this.#output?.setVolume(this.#muted ? 0 : this.#volume)
  }
}
