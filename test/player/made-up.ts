/**
 * Runs in the test's page, in place of treecast's core: `listen()` gives out listeners that do what the test tells them.
 * The player above is the real one.
 */

import type { ListenOptions, Timeline, WebListener, WebListenerEvents, WebStats } from '../../src/index.js'
import type { TreecastPlayer } from '../../src/player.js'
import { type ErrorCode, TreecastError } from '../../src/protocol/errors.js'

export { TreecastError } from '../../src/protocol/errors.js'
export { parseLink } from '../../src/protocol/wire/link.js'

/** How the next joins go. */
interface Script {
  /** Code and message of what `listen()` throws. */
  fail?: readonly [code: ErrorCode, message: string]
  /** `listen()` goes on only at `stage.go()`. */
  hold?: boolean
  /** The browser wants a gesture first. */
  block?: boolean
}

class MadeUpListener {
  volume = 1
  muted = false
  readonly link: string
  readonly options: ListenOptions
  /** What the player called. */
  readonly calls: string[] = []
  private readonly handlers = new Map<string, Set<(event: never) => void>>()

  constructor(link: string, options: ListenOptions) {
    this.link = link
    this.options = options
  }

  on<Name extends keyof WebListenerEvents>(
    name: Name,
    handler: (event: WebListenerEvents[Name]) => void
  ): () => void {
    const handlers = this.handlers.get(name) ?? new Set()
    this.handlers.set(name, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  tell<Name extends keyof WebListenerEvents>(name: Name, event: WebListenerEvents[Name]): void {
    for (const handler of this.handlers.get(name) ?? []) handler(event as never)
  }

  play(): Promise<void> {
    this.calls.push(`play at ${this.muted ? 0 : this.volume}`)
    if (stage.script.block !== true) return Promise.resolve()
    this.tell('playbackblocked', undefined)
    return Promise.reject(new TreecastError('playback-blocked', 'playback waits for a gesture'))
  }

  pause(): void {
    this.calls.push('pause')
  }

  /** What the next `timeline()` tells. */
  time: Timeline | undefined

  timeline(): Timeline | undefined {
    return this.time
  }

  seek(seconds: number): void {
    this.calls.push(`seek ${seconds}`)
    if (this.time !== undefined) this.time = { ...this.time, position: seconds, live: false }
  }

  goLive(): void {
    this.calls.push('go live')
    if (this.time !== undefined) this.time = { ...this.time, position: this.time.end, live: true }
  }

  close(): Promise<void> {
    if (!this.calls.includes('close')) this.calls.push('close')
    return Promise.resolve()
  }
}

export async function listen(link: string, options: ListenOptions): Promise<WebListener> {
  const { fail, hold = false } = stage.script
  const listener = new MadeUpListener(link, options)
  stage.listeners.push(listener)
  if (hold) {
    await new Promise<void>((resolve, reject) => {
      stage.go = resolve
      options.signal!.addEventListener('abort', () => reject(options.signal!.reason as Error))
    })
  }
  if (fail !== undefined) throw new TreecastError(fail[0], fail[1])
  return listener as unknown as WebListener
}

const EVENTS = [
  'play',
  'playing',
  'pause',
  'waiting',
  'volumechange',
  'ended',
  'error',
  'emptied',
  'playbackblocked',
  'metadata',
  'stats'
]

const LINK = `treecast:${'a'.repeat(52)}/Evening%20Show?tr=ws://127.0.0.1:1`

/** What tests reach in the page. */
const stage = {
  script: {} as Script,
  /** One for each join, the newest last. */
  listeners: [] as MadeUpListener[],
  go: (): void => undefined,
  link: LINK,
  TreecastError,
  get TreecastPlayer(): typeof TreecastPlayer {
    return customElements.get('treecast-player') as typeof TreecastPlayer
  },
  /** The names of the player's events, in order. */
  events: [] as string[],
  /** Makes a player with these attributes; it is not in the document yet. */
  make(attributes: Readonly<Record<string, string>> = {}): TreecastPlayer {
    const player = document.createElement('treecast-player')
    for (const [name, value] of Object.entries({ src: LINK, ...attributes })) player.setAttribute(name, value)
    for (const name of EVENTS) player.addEventListener(name, () => stage.events.push(name))
    window.player = player
    return player
  },
  /** Puts one into the document, with its controls. */
  place(attributes: Readonly<Record<string, string>> = {}): TreecastPlayer {
    const player = stage.make({ controls: '', ...attributes })
    document.querySelector('main')!.append(player)
    return player
  },
  /** Opens the panel, and waits until its part is there. */
  async openPanel(): Promise<void> {
    stage.part('stats').click()
    await new Promise((resolve) => setTimeout(resolve))
  },
  /** A part of the player's shadow tree. */
  part(name: string): HTMLElement {
    return window.player.shadowRoot!.querySelector<HTMLElement>(`[part~="${name}"]`)!
  },
  get listener(): MadeUpListener {
    return stage.listeners.at(-1)!
  },
  stats
}

/** A listener in the third row, fed by three peers, feeding two. */
function stats(change: Partial<WebStats> = {}): WebStats {
  const other = { isOrigin: false, isSpare: false, depth: 2, bytesIn: 0, bytesOut: 0, feeds: [], fed: [] }
  const peer = { ...other, transport: 'webrtc' }
  return {
    id: 'me4zq7kd',
    peers: 128,
    gaps: 1,
    bytesOut: 5_140_000,
    bytesFromOrigin: 612_000,
    bytesFromPeers: 3_213_000,
    relaying: true,
    webrtc: 'works',
    playback: {
      bufferMs: 1890,
      delayMs: 2140,
      underruns: 2,
      concealedMs: 0,
      skippedMs: 0,
      ratio: 1,
      decoder: 'webcodecs',
      output: 'worklet'
    },
    paths: [
      ['orig2sbn', 'ab3kqe7x', 'kd82mvp2'],
      ['orig2sbn', 'ab3kqe7x', 'p6wytr4c'],
      ['orig2sbn', 'q5tnz7ra', 'p6wytr4c'],
      ['orig2sbn']
    ],
    neighbours: [
      { ...other, id: 'orig2sbn', transport: 'libp2p-ws', isOrigin: true, feeds: [3], bytesIn: 612_000 },
      { ...peer, id: 'kd82mvp2', feeds: [0], bytesIn: 1_120_000 },
      { ...peer, id: 'p6wytr4c', feeds: [1, 2], bytesIn: 2_093_000 },
      { ...peer, id: 'zz7h3fme', fed: [0, 1, 2, 3], bytesOut: 4_100_000 },
      { ...peer, id: 'wm5xc6la', fed: [2], bytesOut: 1_040_000 },
      { ...peer, id: 'sp4re2aa', isSpare: true }
    ],
    ...change
  } as WebStats
}

Object.assign(window, { stage })

declare global {
  interface Window {
    stage: typeof stage
    /** The one that was made last. */
    player: TreecastPlayer
  }
}
