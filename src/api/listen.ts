/** Listening: joins a broadcast, relays it to others, and hands out its frames. */

import type { HeardFrame } from '../audio/heard-frame.js'
import { TreecastError } from '../protocol/errors.js'
import { MAX_BUFFER_MS, MIN_BUFFER_MS } from '../protocol/limits.js'
import type { Notice } from '../protocol/machine.js'
import type { Pace, PlayoutItem } from '../protocol/media/playout.js'
import { type BroadcastLink, parseLink } from '../protocol/wire/link.js'
import type { Role } from '../protocol/wire/message.js'
import { now } from '../runtime/clock.js'
import { Emitter } from './emitter.js'
import { FrameQueue } from './frame-queue.js'
import { checkNetwork, checkNumber, checkWhole } from './options.js'
import { type NetworkOptions, type RunningPeer, startPeer } from './start-peer.js'
import { type Stats, STATS_INTERVAL_MS, statsOf } from './stats.js'

/** How long a listener waits for a broadcast that nobody carries yet; ms. */
export const DEFAULT_WAIT_MS = 10_000

export interface ListenOptions extends NetworkOptions {
  /** Relay nothing. Default false. */
  readonly leaf?: boolean
  /** Copies of the show that may be uploaded; default 4. */
  readonly maxChildren?: number
  /** Upload that may be used, kbit/s; default no cap. */
  readonly maxUploadKbps?: number
  /** How long a missing packet is waited for, ms of the show; 100…5,000, default 2,000. */
  readonly bufferMs?: number
  /** `eager`, the default, gives frames as soon as they are in order: for files and pipes. `timed` gives each when it is
   * to be heard. */
  readonly pace?: Pace
  /** How long to wait for a broadcast that is not live yet, ms; Infinity for ever. Default 10,000. */
  readonly waitMs?: number
  /** What the tracker counts this peer as. Default `listener`. */
  readonly role?: Exclude<Role, 'origin'>
  /** Gives up when aborted, throwing the signal's reason; a listener that has joined leaves. */
  readonly signal?: AbortSignal
}

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

export interface ListenerEvents {
  /** The first frame is here. */
  playing: { readonly startupMs: number }
  /** Once a second. */
  stats: Stats
  /** Title and the like, when they are due to be heard. */
  metadata: ReadonlyMap<string, string>
  /** Packets were lost. */
  gap: { readonly packets: number; readonly samples: number }
  /** For logs. */
  notice: Notice
  ended: ListenSummary
}

export class Listener extends Emitter<ListenerEvents> {
  /** Resolves when the show has ended, or `close()` has been called, and everything is released. */
  readonly ended: Promise<ListenSummary>
  private readonly startedAt: number
  private readonly queue = new FrameQueue()
  private running: RunningPeer | undefined
  private statsTimer: NodeJS.Timeout | undefined
  private resolveEnded: (summary: ListenSummary) => void = () => undefined
  private isPlaying = false
  private isComplete = false
  private lostBefore = 0
  private newShow = false

  /** Use {@link listen}. */
  constructor(startedAt: number) {
    super()
    this.startedAt = startedAt
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve))
  }

  /** The frames in order, as they come; ends with the show. For one reader; who does not read loses nothing else. */
  frames(): AsyncGenerator<HeardFrame, void, undefined> {
    return this.queue.read()
  }

  stats(): Stats {
    const { id, peer, driver } = this.running!
    return statsOf(id, peer, driver)
  }

  /** Leaves in good order, naming neighbours that have room to its children. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.running?.driver.give({ type: 'leave' })
    await this.ended
  }

  /** @internal */
  attach(running: RunningPeer): void {
    this.running = running
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
        this.emit('metadata', item.fields)
        break
      case 'end':
        this.isComplete = true
        break
    }
  }

  /** @internal */
  noticed(notice: Notice): void {
    if (notice.event === 'certified') this.newShow = true
    this.emit('notice', notice)
  }

  private heardAudio(item: Extract<PlayoutItem, { type: 'audio' }>): void {
    let { mediaTime } = item
    for (const [i, frame] of item.frames.entries()) {
      const begins = i > 0 ? 'no' : item.streamStart ? 'start' : this.newShow ? 'middle' : 'no'
      this.queue.push({ ...frame, mediaTime, format: item.format, begins, lostBefore: this.lostBefore })
      this.lostBefore = 0
      this.newShow = false
      mediaTime += frame.samples
    }
    if (this.isPlaying) return
    this.isPlaying = true
    this.emit('playing', { startupMs: Math.round(now() - this.startedAt) })
  }

  private finish(): void {
    clearInterval(this.statsTimer)
    const { received, frames, gaps, duplicates } = this.stats()
    const summary = { packets: received, frames, gaps, duplicates, complete: this.isComplete }
    this.queue.end()
    this.resolveEnded(summary)
    this.emit('ended', summary)
  }
}

/**
 * Joins a broadcast. Resolves as soon as somebody has shown the publisher's certificate for it.
 *
 * @throws TreecastError `bad-link`, `bad-option`; `cannot-listen`; `no-tracker` when no tracker of the link can be reached;
 *   `refused` or `version-mismatch` when no tracker will have us; `out-of-date` when the certificate is not of today;
 *   `not-live` when nobody carries the broadcast within `waitMs`; `not-the-publisher` when those who claim to carry it
 *   show no certificate of its publisher.
 */
export async function listen(link: string | BroadcastLink, options: ListenOptions = {}): Promise<Listener> {
  const startedAt = now()
  const broadcast = typeof link === 'string' ? parseLink(link) : link
  const { bufferMs, maxChildren, maxUploadKbps, waitMs = DEFAULT_WAIT_MS, signal } = options
  checkNumber('bufferMs', bufferMs, MIN_BUFFER_MS, MAX_BUFFER_MS)
  checkWhole('maxChildren', maxChildren, 0, 1000)
  checkNumber('waitMs', waitMs, 0, Infinity)
  checkNetwork(options)
  checkNumber('maxUploadKbps', maxUploadKbps, 0, 1e9)
  if (broadcast.trackers.length === 0) {
    throw new TreecastError('bad-link', 'the link names no tracker; add one, as in ?tr=ws://host:port')
  }

  const listener = new Listener(startedAt)
  const { leaf, pace, role = 'listener' } = options
  const running = await startPeer({
    network: options,
    peer: {
      broadcast,
      trackers: broadcast.trackers,
      role,
      ...(leaf === undefined ? {} : { leaf }),
      ...(maxChildren === undefined ? {} : { maxChildren }),
      ...(maxUploadKbps === undefined ? {} : { maxUploadKbps }),
      ...(bufferMs === undefined ? {} : { bufferMs }),
      ...(pace === undefined ? {} : { pace })
    },
    onPlay: (item) => listener.heard(item),
    onNotice: (notice) => listener.noticed(notice)
  })
  const certified = untilCertified(listener, broadcast, waitMs, signal)
  listener.attach(running)
  try {
    await certified
  } catch (error) {
    await listener.close()
    throw error
  }
  signal?.addEventListener('abort', () => void listener.close(), { once: true })
  if (signal?.aborted === true) void listener.close()
  return listener
}

/** Resolves with the publisher's certificate; rejects when there is no hope of it. */
function untilCertified(
  listener: Listener,
  broadcast: BroadcastLink,
  waitMs: number,
  signal: AbortSignal | undefined
): Promise<void> {
  return new Promise((resolve, reject) => {
    let joined = false
    let problem: TreecastError | undefined
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      stop()
      signal?.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onAbort = (): void => settle(signal?.reason as Error)
    const timer = setTimeout(
      () => settle(problem ?? notLive(broadcast, `nobody carries it (waited ${waitMs / 1000} s)`)),
      Math.min(waitMs, 2 ** 31 - 1)
    )
    const stop = listener.on('notice', (notice) => {
      if (notice.event === 'certified') settle()
      else if (notice.event === 'joined') joined = true
      else if (notice.event === 'no-tracker' && !joined) settle(problem ?? noTracker(broadcast.trackers))
      else if (notice.event === 'refused') problem = refusal(notice)
      else if (notice.event === 'out-of-date') problem = outOfDate(broadcast)
      else if (notice.event === 'not-the-publisher') problem = notThePublisher(broadcast)
    })
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted === true) onAbort()
  })
}

/** A tracker or a peer will not have us. */
export function refusal({ reason, text }: Extract<Notice, { event: 'refused' }>): TreecastError {
  const code = reason === 'version' ? 'version-mismatch' : 'refused'
  return new TreecastError(code, `refused: ${text}`)
}

/** No tracker answered. */
export function noTracker(trackers: readonly string[]): TreecastError {
  const which =
    trackers.length === 1
      ? `the tracker ${trackers[0]} does`
      : `none of the trackers ${trackers.join(', ')} does`
  return new TreecastError('no-tracker', `${which} not answer; check the address, and that it is running`)
}

function notLive({ name }: BroadcastLink, why: string): TreecastError {
  return new TreecastError(
    'not-live',
    `the broadcast "${name}" of this link is not live: ${why}; check the key in the link, or wait longer for it`
  )
}

function outOfDate({ name }: BroadcastLink): TreecastError {
  return new TreecastError(
    'out-of-date',
    `the publisher's certificate for "${name}" is not valid today; check this machine's clock, or ask the publisher to begin again`
  )
}

function notThePublisher({ name }: BroadcastLink): TreecastError {
  return new TreecastError(
    'not-the-publisher',
    `what is offered as "${name}" is not signed by the publisher whose key stands in the link; get the link from the publisher again`
  )
}
