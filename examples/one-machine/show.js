/** The show itself: starts the processes, tells the story what they say, and ends them in good order. */

import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ended, Processes } from './processes.js'
import { Story } from './story.js'

/** @typedef {import('./options.js').Options} Options */
/** @typedef {import('./processes.js').Child} Child */
/** @typedef {import('./story.js').Listener} Listener */

const SHOW = fileURLToPath(new URL('show.opus', import.meta.url))
const HOST = '127.0.0.1'

/** Few, so that the tree gets some depth. */
const MAX_CHILDREN = 2

/** What listeners wait for a missing packet by default, and at most; ms of the show. */
const BUFFER_MS = 2_000
const MAX_BUFFER_MS = 5_000

/** Listeners come one by one: a dozen Node.js processes that start at once keep a small machine busy for seconds. */
const STAGGER_MS = 300

/** The recording ends with silence, in which it can be cut without anybody hearing it; ms of the show. */
const END_EARLY_MS = 300

/** How long listeners may take to hear the end, when the show is over; and a process to leave when it is asked to. */
const FAREWELL = { patienceMs: 20_000, farewellMs: 5_000 }

/** What a shell shows for a process that a second Ctrl-C ended. */
const EXIT_INTERRUPTED = 130

export class Show {
  #options
  #processes = new Processes()
  /** @type {Map<Listener, Child>} */
  #listeners = new Map()
  /** @type {Child | undefined} */
  #tracker
  /** @type {Child | undefined} */
  #broadcast
  /** @type {NodeJS.Timeout | undefined} The end of the recording, if there is a page. */
  #lastCall
  /** @type {() => boolean} Whether somebody would miss the show, if it ended with the recording. */
  isWatched = () => false
  story

  /** @param {Options} options */
  constructor(options) {
    this.#options = options
    const { seconds, fast } = options
    this.story = new Story({
      durationMs: seconds === undefined ? lengthMs(SHOW) : seconds * 1000,
      speed: fast
    })
  }

  /** From the tracker's start to the last listener's end. */
  async play() {
    const tracker = await this.#startTracker()
    const { broadcast, link } = await this.#startBroadcast(tracker)
    this.story.link = link
    const { seconds, fast, listeners } = this.#options
    const end =
      seconds === undefined ? undefined : setTimeout(() => broadcast.stop(), (seconds / fast) * 1000)
    try {
      for (let i = 0; i < listeners && !this.story.isOver; i++) {
        this.add({ isExtra: false })
        await sleep(STAGGER_MS)
      }
      const { code, reason } = await broadcast.exited
      if (code !== 0) throw new Error(`the broadcast failed: ${reason}`)
    } finally {
      clearTimeout(end)
      clearTimeout(this.#lastCall)
    }
    await this.#farewell()
  }

  /** @param {{ isExtra: boolean }} listener */
  add({ isExtra }) {
    const { story } = this
    if (story.isFull || story.isOver || story.link === '') return
    const listener = story.add({ isExtra })
    // A missing packet takes as long to come as ever, however fast the show is played.
    const buffer = Math.min(MAX_BUFFER_MS, Math.max(BUFFER_MS, Math.round(BUFFER_MS * this.#options.fast)))
    const child = this.#processes.start(
      ['listen', story.link, '--max-children', `${MAX_CHILDREN}`, '--buffer', `${buffer}`],
      (event) => {
        story.listenerTold(listener, event, Date.now())
        if (event.event === 'stats') this.#perhapsKill()
      }
    )
    this.#listeners.set(listener, child)
    void child.exited.then(({ reason }) =>
      story.listenerGone(listener, { stopped: child.stopped, reason }, Date.now())
    )
  }

  killBusiest() {
    const { busiest } = this.story
    if (busiest === undefined || this.story.isOver) return
    this.#listeners.get(busiest)?.kill()
    this.story.killed(busiest, Date.now())
  }

  /** Ends the show before its time; a second time, at once. */
  quit() {
    const { story } = this
    if (story.wasCutShort || story.isOver) process.exit(EXIT_INTERRUPTED)
    story.wasCutShort = true
    if (this.#broadcast === undefined) process.exit(EXIT_INTERRUPTED)
    this.#broadcast.stop()
  }

  async #startTracker() {
    const { child, event } = await this.#started(
      ['tracker', '--host', HOST, '--port', '0'],
      'listening',
      'tracker'
    )
    this.#tracker = child
    return /** @type {string} */ (event.url)
  }

  /** @param {string} tracker */
  async #startBroadcast(tracker) {
    const { fast, seconds, port } = this.#options
    // With a page, whether there will be somebody to hear it again is known only at the recording's end.
    const isRepeated = seconds !== undefined || port !== undefined
    const args = [
      'broadcast',
      SHOW,
      '--tracker',
      tracker,
      '--host',
      HOST,
      '--max-children',
      `${MAX_CHILDREN}`
    ]
    if (fast !== 1) args.push('--speed', `${fast}`)
    if (isRepeated) args.push('--loop')
    const { child, event } = await this.#started(args, 'live', 'broadcast', (told) => {
      this.story.originTold(told, Date.now())
      if (isRepeated && seconds === undefined) this.#callEnd()
    })
    this.#broadcast = child
    return { broadcast: child, link: /** @type {string} */ (event.link) }
  }

  /**
   * Starts a process and waits for its first word.
   *
   * @param {string[]} args
   * @param {string} word
   * @param {string} what
   * @param {(event: import('./processes.js').Event) => void} [onEvent]
   * @returns {Promise<{ child: Child, event: import('./processes.js').Event }>}
   */
  #started(args, word, what, onEvent) {
    return new Promise((resolve, reject) => {
      const child = this.#processes.start(args, (event) => {
        if (event.event === word) resolve({ child, event })
        onEvent?.(event)
      })
      void child.exited.then(({ reason }) => reject(new Error(`the ${what} failed: ${reason}`)))
    })
  }

  /** Ends the show with the recording, or plays it again for those who still hear it by a page. */
  #callEnd() {
    const { story } = this
    const leftMs = story.durationMs - END_EARLY_MS - story.showMs(Date.now())
    clearTimeout(this.#lastCall)
    if (story.isOver) return
    this.#lastCall = setTimeout(
      () => {
        if (!this.isWatched()) return this.#broadcast?.stop()
        story.prolong(lengthMs(SHOW))
        story.tell(Date.now(), 'The recording begins again, since a page is open.')
      },
      Math.max(0, leftMs / this.#options.fast)
    )
  }

  /** With `--kill`: in the middle of the show, as soon as everybody is there. */
  #perhapsKill() {
    const { story } = this
    if (!this.#options.kill || story.kills.length > 0 || this.#listeners.size < this.#options.listeners)
      return
    const isMiddle = story.showMs(Date.now()) >= story.durationMs / 2
    if (isMiddle && story.listeners.every(({ state }) => state !== 'starting')) this.killBusiest()
  }

  /** Waits until the listeners have heard the end, and ends what is left. */
  async #farewell() {
    const all = [...this.#listeners]
    const hearing = all.filter(([{ state }]) => state !== 'starting').map(([, child]) => child)
    await ended(hearing, FAREWELL)
    // Who has heard nothing yet waits for a show that is over.
    await ended(
      all.map(([, child]) => child),
      { ...FAREWELL, patienceMs: 0 }
    )
    if (this.#tracker !== undefined) await ended([this.#tracker], { ...FAREWELL, patienceMs: 0 })
  }
}

/**
 * How long an Ogg Opus file plays: what its last page says.
 *
 * @param {string} file
 */
function lengthMs(file) {
  const bytes = readFileSync(file)
  const lastPage = bytes.lastIndexOf('OggS')
  return Number(bytes.readBigInt64LE(lastPage + 6)) / 48
}
