/** A listener in a page: beside handing out frames it makes them heard. */

import type { HeardFrame } from '../audio/heard-frame.js'
import { Playback, type PlaybackOptions, type PlaybackStats } from '../audio/playback/playback.js'
import type { TreecastError } from '../protocol/errors.js'
import type { Notice } from '../protocol/notice.js'
import type { PlayoutItem } from '../protocol/media/playout.js'
import { Listener, type ListenerEvents } from './listener.js'
import type { RunningPeer } from './start-peer.js'
import type { Stats } from './stats.js'

export interface WebStats extends Stats {
  /** Whether this page passes on what it hears. */
  readonly relaying: boolean
  readonly playback: PlaybackStats
}

export interface WebListenerEvents extends ListenerEvents<WebStats> {
  /** The browser lets nothing be heard before the visitor has touched the page: call `unlock()` from a click. */
  playbackblocked: undefined
  /** Sound has begun, or begun again. */
  audible: undefined
  /** The buffer ran empty; it fills up before sound goes on. */
  underrun: undefined
  /** What is received cannot be made audible; the page listens and relays on. */
  error: TreecastError
}

export class WebListener extends Listener<WebStats, WebListenerEvents> {
  private readonly playback: Playback
  private readonly relaying: boolean
  private isPaused = true
  private playedOut: () => void = () => undefined

  /** @internal Use `listen()`. */
  constructor(startedAt: number, relaying: boolean, options: Omit<PlaybackOptions, 'on'>) {
    super(startedAt)
    this.relaying = relaying
    this.playback = new Playback({
      ...options,
      on: {
        blocked: () => this.emit('playbackblocked', undefined),
        playing: () => this.emit('audible', undefined),
        underrun: () => this.emit('underrun', undefined),
        ended: () => this.playedOut(),
        failed: (error) => {
          this.playedOut()
          this.emit('error', error)
        }
      }
    })
  }

  /**
   * Makes the show heard: at its live edge, or in the past where it was paused or is to begin. Resolves when sound is under way.
   *
   * @throws TreecastError `playback-blocked` (and the event `playbackblocked`) while the browser wants a click first;
   *   `unsupported` or `playback-failed` where it cannot play.
   */
  async play(): Promise<void> {
    this.goOn()
    await this.playback.start()
  }

  /** Falls silent. The page goes on receiving and relaying; `play()` goes on at the live edge, or where it was in the past. */
  pause(): void {
    this.past?.pause()
    this.isPaused = true
    this.playback.stop()
  }

  private goOn(): void {
    this.isPaused = false
    this.past?.goOn()
  }

  protected override jump(): void {
    super.jump()
    this.playback.jump()
  }

  protected override get heardAt(): number | undefined {
    return this.playback.position
  }

  /** To be called from a click or key press after `playbackblocked`. */
  async unlock(): Promise<void> {
    this.goOn()
    await this.playback.unlock()
  }

  get paused(): boolean {
    return this.isPaused
  }

  /** 0…1. */
  get volume(): number {
    return this.playback.volume
  }

  set volume(volume: number) {
    this.playback.volume = volume
  }

  get muted(): boolean {
    return this.playback.muted
  }

  set muted(muted: boolean) {
    this.playback.muted = muted
  }

  /** What is heard, for an `<audio>` element's `srcObject` or a recorder. */
  get mediaStream(): MediaStream {
    return this.playback.stream
  }

  /** The last node of the sound's graph, for an analyser or effects; undefined before `play()`, and where sound goes by a
   * media element. */
  get audioNode(): AudioNode | undefined {
    return this.playback.node
  }

  override stats(): WebStats {
    return { ...super.stats(), relaying: this.relaying, playback: this.playback.stats() }
  }

  /** @internal */
  override attach(running: RunningPeer): void {
    // What is still to be said to neighbours is said before the page is gone.
    const leave = (): void => void this.close()
    globalThis.addEventListener('pagehide', leave)
    void this.ended.then(() => globalThis.removeEventListener('pagehide', leave))
    super.attach(running)
  }

  /** @internal */
  override noticed(notice: Notice): void {
    super.noticed(notice)
    // The peer stays, and what was received is heard to its end.
    if (notice.event === 'lending') this.playback.end()
  }

  /** @internal */
  override heard(item: PlayoutItem): void {
    if (item.type === 'metadata' && !this.isPaused) {
      this.playback.whenHeard(item.mediaTime, () => super.heard(item))
    } else super.heard(item)
  }

  protected override give(frame: HeardFrame): void {
    super.give(frame)
    this.playback.push(frame)
  }

  protected override async wind(): Promise<void> {
    if (this.isComplete && !this.isPaused) {
      await new Promise<void>((resolve) => {
        this.playedOut = resolve
        this.playback.end()
      })
    }
    await this.playback.close()
  }
}
