/**
 * Tunes in to one broadcast after another: joins, plays, pauses, leaves, and knows how it stands. It has no face and knows no
 * document; its host is told of every change.
 */

import {
  parseLink,
  type Timeline,
  type WebListener,
  type WebListenerEvents,
  type WebStats
} from '../index.js'

/**
 * How long a paused listener stays in the tree and relays, ms. A short pause then ends at once and moves no child; after a
 * longer one it leaves: who does not listen should not pay for others.
 */
const KEEP_PAUSED_MS = 60_000

export type State =
  'empty' | 'idle' | 'joining' | 'waiting' | 'playing' | 'paused' | 'blocked' | 'ended' | 'failed'

export interface ReceiverHost {
  join(link: string, signal: AbortSignal): Promise<WebListener>
  /** How loud the visitor wants it. */
  level(): { readonly volume: number; readonly muted: boolean }
  /** Something happened that applications may want to know. */
  tell(event: string, detail?: unknown): void
  /** Something is to be shown otherwise. */
  changed(): void
}

/** One join, from `listen()` until it is left. */
interface Session {
  readonly abort: AbortController
  readonly joined: Promise<WebListener>
  listener?: WebListener
  /** Whether it has been heard since it was last told to play. */
  isHeard: boolean
}

export class Receiver {
  state: State = 'empty'
  isPaused = true
  /** What the broadcast is called in its link. */
  name = ''
  /** Title and the like of what is heard now. */
  fields: ReadonlyMap<string, string> = new Map()
  failure: Error | undefined
  stats: WebStats | undefined
  /** Between the last two statistics, which come once a second. */
  uploadKbps = 0
  readonly #host: ReceiverHost
  #link = ''
  #session: Session | undefined
  /** Takes the place of the session when it is heard, so that nothing is missed between the two. */
  #successor: Session | undefined
  /** Counts starts and stops; what a start waited for is of no use after the next. */
  #run = 0
  #heard = new Deferred()
  #leaveTimer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReceiverHost) {
    this.#host = host
  }

  get listener(): WebListener | undefined {
    return this.#session?.listener
  }

  /** How far the past reaches, and what is heard of it; undefined while it is out of reach. */
  get timeline(): Timeline | undefined {
    return this.listener?.timeline()
  }

  /** Goes on at this second of the show, if it is there. */
  seek(seconds: number): void {
    this.listener?.seek(seconds)
    this.#host.changed()
  }

  /** Back to the live edge. */
  goLive(): void {
    this.listener?.goLive()
    this.#host.changed()
  }

  /** Whether it is in the broadcast, or on its way. */
  get isJoined(): boolean {
    return this.#session !== undefined
  }

  /** Leaves what it is tuned to; what was playing goes on with the new broadcast. */
  tune(link: string): void {
    if (link === this.#link) return
    if (link === '') this.pause()
    this.leave()
    this.#link = link
    this.failure = undefined
    this.name = ''
    this.#enter(link === '' ? 'empty' : 'idle')
    if (link === '') return
    try {
      this.name = parseLink(link).name
    } catch (error) {
      this.#fail(error as Error)
      return
    }
    if (!this.isPaused) void this.#start()
  }

  /** Resolves when it is heard. */
  play(): Promise<void> {
    if (this.isPaused) {
      this.isPaused = false
      this.failure = undefined
      this.#heard = new Deferred()
      this.#host.tell('play')
      void this.#start()
    }
    return this.#heard.promise
  }

  pause(): void {
    if (this.isPaused) return
    const session = this.#session
    this.#run++
    if (session?.listener === undefined) {
      this.leave()
    } else {
      this.#abandon(this.#successor)
      session.isHeard = false
      session.listener.pause()
      this.#keepForNow()
    }
    this.#enter('paused')
    this.#halt(new DOMException('paused', 'AbortError'))
  }

  /** Joins with the options of now, and leaves where it was only when the new place is heard. */
  async rejoin(): Promise<void> {
    const session = this.#session
    this.#abandon(this.#successor)
    if (session?.isHeard !== true) {
      this.leave()
      if (!this.isPaused) await this.#start()
      return
    }
    const next = (this.#successor = this.#open())
    try {
      const listener = await next.joined
      listener.muted = true
      await listener.play()
    } catch {
      // It stays where it is.
      this.#abandon(next)
      return
    }
    if (this.#successor !== next) return
    this.#successor = undefined
    this.#session = next
    this.level()
    this.#abandon(session)
    this.#sound(next)
  }

  /** Ends the part in the broadcast: nothing is left of it when the promises of the listener are settled. */
  leave(): void {
    const [session, successor] = [this.#session, this.#successor]
    clearTimeout(this.#leaveTimer)
    if (session === undefined) return
    this.#run++
    this.#session = undefined
    this.#abandon(session)
    this.#abandon(successor)
    this.fields = new Map()
    this.stats = undefined
    this.uploadKbps = 0
    this.#host.tell('emptied')
    this.#host.changed()
  }

  /** Joins again after {@link leave}, if it is to play. */
  resume(): void {
    if (!this.isPaused && this.#session === undefined) void this.#start()
  }

  /** Takes over the host's volume. */
  level(): void {
    const { listener } = this
    if (listener === undefined) return
    const { volume, muted } = this.#host.level()
    listener.volume = volume
    listener.muted = muted
  }

  async #start(): Promise<void> {
    const run = ++this.#run
    clearTimeout(this.#leaveTimer)
    const session = (this.#session ??= this.#open())
    this.#enter(session.listener === undefined ? 'joining' : 'waiting', 'waiting')
    try {
      // Without a pause where there is a listener: a gesture does not outlast every one.
      const listener = session.listener ?? (await session.joined)
      if (run !== this.#run) return
      await listener.play()
      if (run === this.#run) this.#sound(session)
    } catch (error) {
      if (run !== this.#run) return
      if ((error as { code?: string }).code === 'playback-blocked') this.#block(error as Error)
      else this.#fail(error as Error)
    }
  }

  #open(): Session {
    const abort = new AbortController()
    const joined = this.#host.join(this.#link, abort.signal).then((listener) => {
      if (abort.signal.aborted) {
        void listener.close()
        throw abort.signal.reason
      }
      session.listener = listener
      this.#follow(session, listener)
      return listener
    })
    const session: Session = { abort, joined, isHeard: false }
    return session
  }

  #abandon(session: Session | undefined): void {
    if (session === undefined) return
    if (session === this.#successor) this.#successor = undefined
    session.abort.abort()
    void session.listener?.close()
  }

  /** Hears what the listener tells, as long as it is the one that counts. */
  #follow(session: Session, listener: WebListener): void {
    const on = <Name extends keyof WebListenerEvents>(
      name: Name,
      act: (event: WebListenerEvents[Name]) => void
    ): void => {
      listener.on(name, (event) => {
        if (this.#session === session) act(event)
      })
    }
    if (this.#session === session) this.level()
    this.fields = listener.metadata ?? this.fields
    on('audible', () => {
      if (session.isHeard) this.#sound(session)
    })
    on('underrun', () => {
      if (this.state === 'playing') this.#enter('waiting', 'waiting')
    })
    on('metadata', (fields) => {
      this.fields = fields
      this.#host.tell('metadata', fields)
      this.#host.changed()
    })
    on('stats', (stats) => {
      const sent = stats.bytesOut - (this.stats?.bytesOut ?? stats.bytesOut)
      // Another listener has taken over: its count begins anew.
      this.uploadKbps = Math.max(0, Math.round(sent / 125))
      this.stats = stats
      this.#host.tell('stats', stats)
      this.#host.changed()
    })
    on('playbackblocked', () => this.#block())
    on('error', (error) => this.#fail(error))
    on('ended', () => {
      this.leave()
      this.#enter('ended')
      this.#halt()
      this.#host.tell('ended')
    })
  }

  #sound(session: Session): void {
    session.isHeard = true
    this.#heard.resolve()
    if (this.isPaused || this.state === 'playing') return
    this.#enter('playing', 'playing')
  }

  #block(error?: Error): void {
    if (this.state !== 'blocked') {
      this.#keepForNow()
      this.#enter('blocked', 'playbackblocked')
    }
    this.#halt(error)
  }

  #fail(error: Error): void {
    this.leave()
    this.failure = error
    this.#enter('failed')
    this.#halt(error)
    this.#host.tell('error', error)
  }

  /** Is paused, whatever the reason; who waits to hear it is told why. */
  #halt(reason?: Error): void {
    if (!this.isPaused) {
      this.isPaused = true
      this.#host.tell('pause')
      this.#host.changed()
    }
    if (reason !== undefined) this.#heard.reject(reason)
  }

  #keepForNow(): void {
    clearTimeout(this.#leaveTimer)
    this.#leaveTimer = setTimeout(() => this.leave(), KEEP_PAUSED_MS)
  }

  #enter(state: State, event?: string): void {
    this.state = state
    this.#host.changed()
    if (event !== undefined) this.#host.tell(event)
  }
}

/** A promise that is settled from outside. Nobody has to wait for it. */
class Deferred {
  resolve!: () => void
  reject!: (reason: Error) => void
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  constructor() {
    this.promise.catch(() => undefined)
  }
}
