/** A listener: joins a broadcast, relays it to others, and hands out its frames. The same in browsers and in Node.js. */

import type { HeardFrame } from '../audio/heard-frame.js'
import type { TreecastError } from '../protocol/errors.js'
import type { Notice } from '../protocol/notice.js'
import type { PlayoutItem } from '../protocol/media/playout.js'
import { equal } from '../protocol/wire/cursor.js'
import { formatLink } from '../protocol/wire/link.js'
import type { SignedRecord } from '../protocol/wire/signed-record.js'
import { now } from '../runtime/clock.js'
import { Emitter } from './emitter.js'
import { FrameQueue } from './frame-queue.js'
import type { PastControl } from './past-control.js'
import type { RunningPeer } from './start-peer.js'
import { type Stats, STATS_INTERVAL_MS, statsOf } from './stats.js'
import type { Timeline } from './timeline.js'

/** How a show ended for a listener. */
export interface ListenSummary {
  /** Verified packets, each counted once. */
  readonly packets: number
  readonly frames: number
  /** Packets that did not come in time. */
  readonly gaps: number
  readonly duplicates: number
  /** Whether the show itself ended, rather than this listener's part in it. */
  readonly complete: boolean
}

export interface ListenerEvents<S extends Stats = Stats> {
  /** The first frame is here. */
  playing: { readonly startupMs: number }
  /** Once a second. */
  stats: S
  /** Title and the like, when they are due to be heard. */
  metadata: ReadonlyMap<string, string>
  /** Packets were lost. */
  gap: { readonly packets: number; readonly samples: number }
  /** The show is over, and what was kept of it is lent to others until `close()`. */
  lending: undefined
  /** For logs. */
  notice: Notice
  /** The recording cannot be written any more; the show goes on. */
  recordingfailed: TreecastError
  ended: ListenSummary
}

export class Listener<
  S extends Stats = Stats,
  Events extends ListenerEvents<S> = ListenerEvents<S>
> extends Emitter<Events> {
  /** Resolves when the show has ended, or `close()` has been called, and everything is released. */
  readonly ended: Promise<ListenSummary>
  private readonly startedAt: number
  private readonly queue = new FrameQueue((mediaTime) =>
    this.running?.driver.give({ type: 'taken', mediaTime })
  )
  /** Where the past is in reach. */
  protected past: PastControl | undefined
  private running: RunningPeer | undefined
  private statsTimer: ReturnType<typeof setInterval> | undefined
  private resolveEnded: (summary: ListenSummary) => void = () => undefined
  private isPlaying = false
  /** Whether the show itself has ended. */
  protected isComplete = false
  private lostBefore = 0
  private fields: ReadonlyMap<string, string> | undefined
  private newShow = false

  /** Use {@link listen}. */
  constructor(startedAt: number) {
    super()
    this.startedAt = startedAt
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve))
  }

  /** The frames in order, as they come; ends with the show. For one reader; who does not read loses nothing else. The past of a show
   * is given as it is read: it waits for its reader. */
  frames(): AsyncGenerator<HeardFrame, void, undefined> {
    return this.queue.read()
  }

  /** Title and the like, as heard last; undefined before the first. */
  get metadata(): ReadonlyMap<string, string> | undefined {
    return this.fields
  }

  /**
   * The link with a ticket: for some hours a newcomer gets in by it though no tracker answers, through this listener and those
   * whom it knows. Each call makes a new one. The link alone where nobody is known that can be dialled directly, as among
   * pages without a peer on a server.
   */
  ticket(): string {
    return this.linkWith(this.running!.peer.ticket(now()))
  }

  /** The link with a ticket that names this peer alone, good for a day to enter by, and for ever to name a root in `broadcast()`. */
  rootLink(): string {
    const { peer, id } = this.running!
    return this.linkWith(peer.ticket(now()).filter((record) => equal(record.id, id)))
  }

  private linkWith(ticket: readonly SignedRecord[]): string {
    const { broadcast } = this.running!
    const { publisher, name, trackers } = broadcast
    return formatLink({ publisher, name, trackers, ...(ticket.length === 0 ? {} : { ticket }) })
  }

  stats(): S {
    // Who adds to the statistics overrides this.
    return statsOf(this.running!) as S
  }

  /** How far the past reaches, and where this listener is in it; undefined where the past is out of reach, as in a page that did
   * not ask for it. */
  timeline(): Timeline | undefined {
    return this.past?.timeline()
  }

  /**
   * Goes on at this second of the show, out of what is kept here or by others; at the nearest that anybody holds. The live show
   * is received and relayed meanwhile. Where nobody holds anything it goes on live, and the notice `no-past` says so.
   *
   * @param seconds from the show's beginning; 0 is "from the start"
   */
  seek(seconds: number): void {
    this.past?.seek(seconds)
  }

  /** Back to the live show. Of one that is over there is none. */
  goLive(): void {
    this.past?.goLive()
  }

  /** Leaves in good order, naming neighbours that have room to its children. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.running?.driver.give({ type: 'leave' })
    await this.ended
  }

  /** @internal */
  attach(running: RunningPeer): void {
    this.running = running
    this.past = running.past?.(running, { jump: () => this.jump(), heard: () => this.heardAt })
    this.statsTimer = setInterval(() => this.emit('stats', this.stats()), STATS_INTERVAL_MS)
    void running.driver.done.then(() => this.finish())
    running.driver.give({ type: 'start' })
  }

  /** @internal */
  heard(item: PlayoutItem): void {
    switch (item.type) {
      case 'audio':
        this.heardAudio(item)
        break
      case 'gap':
        this.lostBefore += item.samples
        this.emit('gap', { packets: item.packets, samples: item.samples })
        break
      case 'metadata':
        this.fields = item.fields
        this.emit('metadata', item.fields)
        break
      case 'end':
        this.isComplete = true
        this.queue.end()
        break
    }
  }

  /** @internal */
  noticed(notice: Notice): void {
    if (notice.event === 'certified') this.newShow = true
    if (notice.event === 'lending') this.emit('lending', undefined)
    this.emit('notice', notice)
  }

  /** What comes now is from elsewhere in the show. */
  protected jump(): void {
    this.queue.clear()
    this.newShow = true
    this.lostBefore = 0
  }

  /** The media time that is heard now, where it is known. */
  protected get heardAt(): number | undefined {
    return undefined
  }

  /** A frame in order, for whoever reads or plays. */
  protected give(frame: HeardFrame): void {
    this.queue.push(frame, this.running?.peer.isBehind)
  }

  /** The peer is done. Resolves when what was received has been heard, and all of this platform's own is released. */
  protected wind(): Promise<void> {
    return Promise.resolve()
  }

  private heardAudio(item: Extract<PlayoutItem, { type: 'audio' }>): void {
    let { mediaTime } = item
    for (const [i, frame] of item.frames.entries()) {
      const begins = i > 0 ? 'no' : item.streamStart ? 'start' : this.newShow ? 'middle' : 'no'
      this.give({ ...frame, mediaTime, format: item.format, begins, lostBefore: this.lostBefore })
      this.lostBefore = 0
      this.newShow = false
      mediaTime += frame.samples
    }
    if (this.isPlaying) return
    this.isPlaying = true
    this.emit('playing', { startupMs: Math.round(now() - this.startedAt) })
  }

  private async finish(): Promise<void> {
    clearInterval(this.statsTimer)
    this.queue.end()
    await this.wind()
    const { received, frames, gaps, duplicates } = this.stats()
    const summary = { packets: received, frames, gaps, duplicates, complete: this.isComplete }
    this.resolveEnded(summary)
    this.emit('ended', summary)
  }
}
