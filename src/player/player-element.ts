/** The element `<treecast-player>`: attributes, properties and events, shaped like those of a media element. */

import {
  listen,
  type ListenOptions,
  type Timeline,
  TreecastError,
  type WebListener,
  type WebStats
} from '../index.js'
import { keepAnswer, readAnswer } from './answer.js'
import { showOnLockScreen } from './lock-screen.js'
import { Receiver } from './receiver.js'
import { makeView, type View } from './view.js'

export interface TreecastPlayerEvents extends HTMLElementEventMap {
  /** Playing was asked for. */
  play: Event
  /** It is heard: at the beginning, after a pause, after an underrun. */
  playing: Event
  pause: Event
  /** It is to play and cannot yet: joining, or an underrun. */
  waiting: Event
  volumechange: Event
  /** The show is over. */
  ended: Event
  /** `event.error` as {@link TreecastPlayer.error}. */
  error: ErrorEvent
  /** The broadcast was left. */
  emptied: Event
  /** The browser wants a gesture first: call `play()` or `unlock()` from one. */
  playbackblocked: Event
  /** Title, artist and the like, when they are heard. */
  metadata: CustomEvent<ReadonlyMap<string, string>>
  /** Once a second, what `listener.stats()` tells. */
  stats: CustomEvent<WebStats>
}

/** Without a DOM the class exists and cannot be used: importing it on a server does no harm. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
const Base = (typeof HTMLElement === 'undefined' ? class {} : HTMLElement) as typeof HTMLElement

/** Its events, for those who add listeners. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface TreecastPlayer {
  addEventListener<Name extends keyof TreecastPlayerEvents>(
    type: Name,
    listener: (this: TreecastPlayer, event: TreecastPlayerEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions
  ): void
}

/**
 * `<treecast-player src="treecast:…" controls>`.
 *
 * It joins at `play()`, or with `autoplay`. `pause()` silences it at once; it relays for a minute more, then leaves. Playing goes on
 * at the live edge, or in the past where it was paused. A show that is over is played from its start while anybody has kept it. Leaving the document, or the page, leaves the broadcast; a move within the document does not.
 *
 * A change of `src` goes on with the new broadcast, one of `p2p` without a pause. Other options count from the next join.
 * Without `controls` nothing is shown, and nobody can be asked: `p2p="ask"` then is `off` until an answer is known.
 * The attribute `theme`, `light` or `dark`, overrules the visitor's preference.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class TreecastPlayer extends Base {
  static readonly observedAttributes = ['src', 'p2p', 'autoplay', 'muted', 'volume']

  readonly #view: View
  readonly #semantics = this.attachInternals()
  readonly #receiver = new Receiver({
    join: (link, signal) => this.#joinWithOptions(link, signal),
    level: () => this,
    tell: (name, detail) => this.#dispatch(name, detail),
    changed: () => this.#show()
  })
  /** Until it is paused on purpose. */
  #mayAutoplay = true
  /** Whether the join that counts may link to other listeners. */
  #joinedPeers = false
  #ice: RTCIceServer[] | undefined
  #isSettling = false

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    this.#view = makeView(root, {
      toggle: () => this.#toggle(),
      mute: () => (this.muted = !this.muted),
      setVolume: (volume) => {
        this.volume = volume
        this.muted = false
      },
      answer: (answer) => {
        keepAnswer(answer)
        this.#settle()
      },
      seek: (seconds) => this.seek(seconds),
      goLive: () => this.goLive()
    })
    root.addEventListener('keydown', (event) => this.#press(event as KeyboardEvent))
    this.#semantics.role = 'group'
  }

  get src(): string {
    return this.getAttribute('src') ?? ''
  }
  set src(link: string) {
    this.#reflect('src', link)
  }

  get controls(): boolean {
    return this.hasAttribute('controls')
  }
  set controls(on: boolean) {
    this.toggleAttribute('controls', on)
  }

  get autoplay(): boolean {
    return this.hasAttribute('autoplay')
  }
  set autoplay(on: boolean) {
    this.toggleAttribute('autoplay', on)
  }

  get muted(): boolean {
    return this.hasAttribute('muted')
  }
  set muted(on: boolean) {
    this.toggleAttribute('muted', on)
  }

  /** 0…1, default 1; what lies outside is brought to the nearer end. */
  get volume(): number {
    const volume = parseFloat(this.getAttribute('volume') ?? '')
    return Number.isNaN(volume) ? 1 : Math.min(1, Math.max(0, volume))
  }
  set volume(volume: number) {
    this.#reflect('volume', volume)
  }

  /** Links to other listeners: `on`, the default; `off`; or `ask`, only after the visitor has allowed them. */
  get p2p(): 'on' | 'off' | 'ask' {
    const value = this.getAttribute('p2p')
    return value === 'off' || value === 'ask' ? value : 'on'
  }
  set p2p(value: 'on' | 'off' | 'ask') {
    this.#reflect('p2p', value)
  }

  /**
   * STUN and TURN servers; none is built in. The property is not reflected: credentials have no place in a document.
   *
   * @throws TreecastError `bad-option` if the attribute is not JSON.
   */
  get iceServers(): RTCIceServer[] {
    if (this.#ice !== undefined) return this.#ice
    try {
      return JSON.parse(this.getAttribute('ice-servers') ?? '[]') as RTCIceServer[]
    } catch {
      throw new TreecastError(
        'bad-option',
        'ice-servers is not JSON as in [{"urls":"stun:stun.example.org"}]'
      )
    }
  }
  set iceServers(servers: RTCIceServer[]) {
    this.#ice = servers
  }

  /** Upload that may be used, kbit/s; default no cap. */
  get maxUploadKbps(): number | undefined {
    return this.#number('max-upload-kbps')
  }
  set maxUploadKbps(kbps: number | undefined) {
    this.#reflect('max-upload-kbps', kbps)
  }

  /** As in `listen()`, ms. */
  get bufferMs(): number | undefined {
    return this.#number('buffer-ms')
  }
  set bufferMs(ms: number | undefined) {
    this.#reflect('buffer-ms', ms)
  }

  /** Where the worklet's file is; default beside the bundle. */
  get workletUrl(): string | undefined {
    return this.getAttribute('worklet-url') ?? undefined
  }
  set workletUrl(url: string | undefined) {
    this.#reflect('worklet-url', url)
  }

  get paused(): boolean {
    return this.#receiver.isPaused
  }

  get ended(): boolean {
    return this.#receiver.state === 'ended'
  }

  /** What went wrong, until the next `play()`: a TreecastError, unless it is a fault of treecast's own. */
  get error(): Error | undefined {
    return this.#receiver.failure
  }

  /** The listener beneath; undefined while none has joined. Another one after a change of `src` or of the visitor's answer. */
  get listener(): WebListener | undefined {
    return this.#receiver.listener
  }

  /** How far behind the live edge is what is heard now, ms; undefined while nothing is. */
  get delayMs(): number | undefined {
    return this.#receiver.stats?.playback.delayMs
  }

  /** How far the past reaches that somebody holds, and where in it this player is; undefined before it has joined. */
  get timeline(): Timeline | undefined {
    return this.#receiver.timeline
  }

  /** Goes on at this second of the show, out of what listeners have kept; at the nearest that anybody holds. 0 is the start. */
  seek(seconds: number): void {
    this.#receiver.seek(seconds)
  }

  /** Back to the live edge; of a show that is over there is none. */
  goLive(): void {
    this.#receiver.goLive()
  }

  /**
   * Plays at the live edge, or in the past where it was paused; joins first where it has not. Resolves when it is heard.
   *
   * @throws TreecastError as `listen()` does, and `playback-blocked` when the browser wants a gesture first; DOMException
   *   `AbortError` when it is paused before it is heard.
   */
  play(): Promise<void> {
    this.#receiver.tune(this.src)
    return this.#receiver.play()
  }

  /** From a gesture, after `playbackblocked`: {@link play}. */
  unlock(): Promise<void> {
    return this.play()
  }

  pause(): void {
    this.#mayAutoplay = false
    this.#receiver.pause()
  }

  override focus(options?: FocusOptions): void {
    this.#view.focus(options)
  }

  /** For the document. */
  connectedCallback(): void {
    this.#upgrade()
    addEventListener('pagehide', this.#onPageHide)
    addEventListener('pageshow', this.#onPageShow)
    this.#show()
    this.#settle()
  }

  /** For the document. */
  disconnectedCallback(): void {
    // A move within the document is out and in again at once.
    queueMicrotask(() => {
      if (this.isConnected) return
      removeEventListener('pagehide', this.#onPageHide)
      removeEventListener('pageshow', this.#onPageShow)
      this.#receiver.pause()
      this.#receiver.leave()
    })
  }

  /** For the document. */
  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return
    if (name === 'muted' || name === 'volume') {
      this.#receiver.level()
      this.#dispatch('volumechange')
      this.#show()
    } else {
      this.#settle()
    }
  }

  async #joinWithOptions(link: string, signal: AbortSignal): Promise<WebListener> {
    const { iceServers, maxUploadKbps, bufferMs, workletUrl } = this
    const allowed = (this.#joinedPeers = this.#allowsPeers())
    const p2p = allowed ? 'on' : 'off'
    // What is undefined here counts there as left out.
    const options = { signal, p2p, iceServers, maxUploadKbps, bufferMs, workletUrl, past: true }
    return listen(link, options as ListenOptions)
  }

  #allowsPeers(): boolean {
    return this.p2p === 'on' || (this.p2p === 'ask' && readAnswer() === 'on')
  }

  /** Once after all attributes that were changed together. */
  #settle(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    queueMicrotask(() => {
      const receiver = this.#receiver
      this.#isSettling = false
      receiver.tune(this.src)
      if (receiver.isJoined && this.#allowsPeers() !== this.#joinedPeers) {
        if (this.#allowsPeers()) void receiver.rejoin()
        else {
          // No means no at once, whatever is missed.
          receiver.leave()
          receiver.resume()
        }
      }
      const mayBegin = receiver.state === 'idle' || receiver.state === 'paused'
      if (this.autoplay && this.#mayAutoplay && mayBegin) this.play().catch(ignore)
      this.#show()
    })
  }

  #show(): void {
    const receiver = this.#receiver
    const { volume, muted } = this
    const [title, artist] = this.#work()
    const answer = this.p2p === 'ask' ? readAnswer() : undefined
    this.#semantics.ariaLabel = `Live audio: ${title}`
    this.#view.show({
      receiver,
      title,
      artist,
      volume,
      muted,
      asks: this.p2p === 'ask' && answer === undefined && receiver.isJoined,
      answer
    })
  }

  /** What is heard, and by whom. */
  #work(): [title: string, artist: string] {
    const { fields, name } = this.#receiver
    return [fields.get('title') ?? (name || 'Live audio'), fields.get('artist') ?? '']
  }

  #toggle(): void {
    if (this.paused) this.play().catch(ignore)
    else this.pause()
  }

  /** What buttons do not do by themselves. */
  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const isOnSlider = event.target instanceof HTMLInputElement
    if (event.key === 'm') this.muted = !this.muted
    else if (isOnSlider && (event.key === ' ' || event.key === 'Enter')) this.#toggle()
    else return
    event.preventDefault()
  }

  #dispatch(name: string, detail?: unknown): void {
    if (name !== 'stats') {
      const { isJoined, isPaused } = this.#receiver
      showOnLockScreen(this, !isJoined ? 'none' : isPaused ? 'paused' : 'playing', ...this.#work())
    }
    this.dispatchEvent(
      detail instanceof Error
        ? new ErrorEvent(name, { error: detail, message: detail.message })
        : new CustomEvent(name, { detail })
    )
  }

  #reflect(attribute: string, value: string | number | null | undefined): void {
    if (value === undefined || value === null) this.removeAttribute(attribute)
    else this.setAttribute(attribute, String(value))
  }

  #number(attribute: string): number | undefined {
    const value = this.getAttribute(attribute)
    return value === null ? undefined : Number(value)
  }

  /** Takes over what an application set as plain properties before the element was defined. */
  #upgrade(): void {
    for (const [name, value] of Object.entries(this)) {
      Reflect.deleteProperty(this, name)
      Reflect.set(this, name, value)
    }
  }

  /** Children are told to go elsewhere before the page is gone. */
  readonly #onPageHide = (): void => this.#receiver.leave()

  /** A page that was only put aside plays on. */
  readonly #onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) this.#receiver.resume()
  }
}

/** Failures that a visitor's act meets are shown, and told as events. */
function ignore(): void {
  // Told already.
}
