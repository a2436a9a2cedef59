/**
 * What is known of the show, from what its processes tell: who feeds whom, what went where, what just happened. Knows
 * no process, no terminal and no clock; the time is told to it, in ms.
 */

/** One letter of the alphabet each, so that a single letter names a parent. */
const NAMES =
  'Ada Bo Cleo Dara Eli Fay Gus Hana Ivo Juno Kai Lea Milo Nia Otto Pia Quin Rosa Sol Tao Una Vito Wren Xena Yuri Zoe'.split(
    ' '
  )

/** As many processes as there are names; a laptop carries them. */
export const MAX_LISTENERS = NAMES.length

/** How many seconds of its flow are remembered for each listener. */
const HISTORY = 40

/** What was said before is of no interest any more. */
const MAX_NEWS = 40

/** The depth that a peer tells which nothing reaches. */
const UNFED = 255

const FRAME_MS = 20

/**
 * The statistics that are used here, of those that a process tells.
 *
 * @typedef {object} Stats
 * @property {string} id
 * @property {readonly (string | null)[]} feeds for each stripe, who feeds it
 * @property {number} received
 * @property {number} gaps
 * @property {number} backfilled
 * @property {number} depth
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} bufferMs
 * @property {number} frames
 * @property {number} packets
 * @property {number} sent
 * @property {readonly { id: string, transport: string }[]} [neighbours] who is linked with it, and by what
 */

/**
 * - `starting`: nothing heard yet
 * - `listening`
 * - `ended`: heard the show's end
 * - `killed`: by us
 * - `left`: was told to leave before it had heard anything, since the show was over; or a page that was closed
 * - `failed`
 *
 * @typedef {'starting' | 'listening' | 'ended' | 'killed' | 'left' | 'failed'} State
 */

/**
 * @typedef {object} Listener
 * @property {number} number from 0, in the order of their coming
 * @property {string} name
 * @property {string} mark one character for its name, where there is no room for more
 * @property {boolean} isPage whether it is a web page, which somebody opened and may close; all others are processes
 * @property {State} state
 * @property {boolean} isExtra whether it was added while the show ran
 * @property {Stats | undefined} stats
 * @property {number} frames
 * @property {number} gaps
 * @property {number[]} flow for each second what came, over what the origin made: 1 is as it should be
 * @property {string} reason why it failed
 * @property {number} goneAt when it was killed, failed or left; Infinity until then
 */

/**
 * @typedef {object} Kill
 * @property {Listener} victim
 * @property {number} showMs when in the show
 * @property {number} at
 * @property {Set<Listener>} fed whom it fed itself
 * @property {Set<Listener>} below everybody who had a stripe by way of it, `fed` included
 * @property {Set<Listener>} waiting those of `fed` that have no new parents yet
 * @property {number} recoveryMs until all of `fed` had told of new parents; 0 until then
 * @property {number} missed packets that those below never got
 * @property {number} askedAgain packets that they were given after they had asked for them again
 */

/** @typedef {'plain' | 'good' | 'bad'} Tone */
/** @typedef {{ showMs: number, text: string, tone: Tone }} News */

export class Story {
  /** The whole show, ms. */
  durationMs
  /** How many times faster than its audio it is played. */
  speed
  title = ''
  /** What others need to join the show; empty until it is on the air. */
  link = ''
  /** Where the show can be seen in a browser; empty where there is no page. */
  address = ''
  isOver = false
  /** Whether the show was ended before its time. */
  wasCutShort = false
  /** @type {Listener[]} */
  listeners = []
  /** @type {News[]} The latest is the last. */
  news = []
  /** How many news there were since the show's beginning. */
  told = 0
  /** @type {(news: News) => void} Called with all that is told. */
  onNews = () => undefined
  /** @type {Kill[]} */
  kills = []
  origin = { id: '', packets: 0, sent: 0, frames: 0, bytesOut: 0 }
  #originToldAt = 0
  /** Packets that the origin makes between two of its reports: what a listener should get between two of its own. */
  #packetsASecond = 0

  /** @param {{ durationMs: number, speed: number }} show */
  constructor({ durationMs, speed }) {
    this.durationMs = durationMs
    this.speed = speed
  }

  get isFull() {
    return this.processes.length >= MAX_LISTENERS
  }

  get processes() {
    return this.listeners.filter(({ isPage }) => !isPage)
  }

  get pages() {
    return this.listeners.filter(({ isPage }) => isPage)
  }

  /** Those that still are there, or have heard the end. */
  get audience() {
    return this.listeners.filter(
      ({ state }) => state === 'starting' || state === 'listening' || state === 'ended'
    )
  }

  get copies() {
    const { packets, sent } = this.origin
    return packets === 0 ? 0 : sent / packets
  }

  /** Packets that never came, all listeners together. */
  get lost() {
    return this.listeners.reduce((sum, { state, gaps }) => sum + (state === 'killed' ? 0 : gaps), 0)
  }

  /** The longest way from the origin. */
  get depth() {
    return Math.max(0, ...this.audience.map((listener) => this.depthOf(listener) ?? 0))
  }

  /**
   * Steps from the origin, by the longest way of any stripe; undefined while nothing comes.
   *
   * @param {Listener} listener
   */
  depthOf({ stats }) {
    return stats === undefined || stats.depth >= UNFED ? undefined : stats.depth
  }

  /**
   * How far the show is, ms.
   *
   * @param {number} now
   */
  showMs(now) {
    const told = this.origin.frames * FRAME_MS
    const since = this.isOver || told === 0 ? 0 : (now - this.#originToldAt) * this.speed
    // Between two reports it is guessed, but not further than the next one would say.
    return Math.min(this.durationMs, told + Math.min(since, 2000 * this.speed))
  }

  /**
   * The show goes on for longer than was thought.
   *
   * @param {number} byMs
   */
  prolong(byMs) {
    this.durationMs += byMs
  }

  /** @param {{ isExtra: boolean }} listener */
  add({ isExtra }) {
    const count = this.processes.length
    const name = NAMES[count] ?? `listener ${count + 1}`
    return this.#add({ name, mark: name.slice(0, 1), isPage: false, isExtra })
  }

  /** A page that plays the show, and so is one more relay of it. */
  addPage() {
    const count = this.pages.length + 1
    return this.#add({ name: `page ${count}`, mark: `${count % 10}`, isPage: true, isExtra: true })
  }

  /** @param {Pick<Listener, 'name' | 'mark' | 'isPage' | 'isExtra'>} who */
  #add(who) {
    /** @type {Listener} */
    const listener = {
      ...who,
      number: this.listeners.length,
      state: 'starting',
      stats: undefined,
      frames: 0,
      gaps: 0,
      flow: [],
      reason: '',
      goneAt: Infinity
    }
    this.listeners.push(listener)
    return listener
  }

  /**
   * The broadcast said something.
   *
   * @param {import('./processes.js').Event} event
   * @param {number} now
   */
  originTold(event, now) {
    if (event.event === 'stats') {
      const { id, packets, sent, frames, bytesOut } = event
      this.#packetsASecond = packets - this.origin.packets
      this.#originToldAt = now
      this.origin = { id, packets, sent, frames, bytesOut }
    } else if (event.event === 'ended') {
      const { packets, frames, copies } = event
      this.origin = { ...this.origin, packets, frames, sent: copies * packets }
      this.isOver = true
      this.tell(now, this.wasCutShort ? 'The show was ended.' : 'The show has ended.')
    }
  }

  /**
   * A listener said something.
   *
   * @param {Listener} listener
   * @param {import('./processes.js').Event} event
   * @param {number} now
   */
  listenerTold(listener, event, now) {
    if (listener.state === 'killed') return
    switch (event.event) {
      case 'playing':
        listener.state = 'listening'
        this.tell(now, `${listener.name} hears the show, ${seconds(event.startupMs)} after it was started.`)
        break
      case 'metadata':
        if (this.title === '') this.title = titleOf(event.fields)
        break
      case 'stats':
        this.#counted(listener, /** @type {any} */ (event), now)
        break
      case 'ended':
        this.#count(listener, event.frames, event.gaps, listener.stats?.backfilled ?? 0, now)
        if (!event.complete) break
        listener.state = 'ended'
        // Who has heard the end had somebody to hear it from, though there was no time to tell.
        for (const kill of this.kills) this.#found(kill, listener, now)
        break
    }
  }

  /**
   * A page told its statistics; whoever it is, it plays.
   *
   * @param {Listener} page
   * @param {Stats} stats
   * @param {number} now
   */
  pageTold(page, stats, now) {
    if (page.state !== 'listening') {
      const word = page.state === 'starting' ? 'has joined' : 'is back'
      this.tell(now, `${upperFirst(page.name)} ${word}: a browser hears the show, and passes it on.`, 'good')
      page.state = 'listening'
      page.goneAt = Infinity
    }
    // A page that stops and plays again joins as somebody new, and counts from nothing.
    if (page.stats !== undefined && page.stats.id !== stats.id) page.stats = undefined
    if (page.stats === undefined) page.gaps = 0
    this.#counted(page, stats, now)
  }

  /**
   * A page was closed, or plays no more.
   *
   * @param {Listener} page
   * @param {number} now
   */
  pageGone(page, now) {
    if (page.state !== 'listening') return
    page.state = this.isOver ? 'ended' : 'left'
    page.goneAt = now
    if (!this.isOver) this.tell(now, `${upperFirst(page.name)} has left.`)
    for (const kill of this.kills) this.#found(kill, page, now)
  }

  /**
   * A listener's process has ended.
   *
   * @param {Listener} listener
   * @param {{ stopped: boolean, reason: string }} how
   * @param {number} now
   */
  listenerGone(listener, { stopped, reason }, now) {
    if (listener.state === 'killed' || listener.state === 'ended') return
    listener.goneAt = now
    if (stopped && listener.state === 'starting') {
      listener.state = 'left'
    } else {
      listener.state = 'failed'
      listener.reason = reason
      this.tell(now, `${listener.name} failed: ${reason}`, 'bad')
      for (const kill of this.kills) this.#found(kill, listener, now)
    }
  }

  /**
   * The process that feeds most others: most of them, or else most stripes. Undefined while nobody feeds anybody. A page
   * is never the one: it is not ours to kill.
   */
  get busiest() {
    /** @type {{ listener: Listener, load: number } | undefined} */
    let best
    for (const listener of this.processes) {
      if (listener.state !== 'listening') continue
      const load = this.childrenOf(listener).length * 1000 + this.stripesOf(listener)
      if (load > (best?.load ?? 0)) best = { listener, load }
    }
    return best?.listener
  }

  /**
   * Those that a listener feeds, as they told last.
   *
   * @param {Listener} parent
   */
  childrenOf(parent) {
    const id = parent.stats?.id
    if (id === undefined) return []
    return this.listeners.filter(({ state, stats }) => state === 'listening' && stats?.feeds.includes(id))
  }

  /**
   * How many stripes it feeds, counted once for each child.
   *
   * @param {Listener} parent
   */
  stripesOf(parent) {
    const id = parent.stats?.id
    return this.childrenOf(parent).reduce(
      (sum, { stats }) => sum + (stats?.feeds.filter((feed) => feed === id).length ?? 0),
      0
    )
  }

  /**
   * A listener has been killed.
   *
   * @param {Listener} victim
   * @param {number} now
   */
  killed(victim, now) {
    const fed = new Set(this.childrenOf(victim))
    const below = this.#below(fed)
    below.delete(victim)
    victim.state = 'killed'
    victim.goneAt = now
    for (const kill of this.kills) this.#found(kill, victim, now)
    const showMs = this.showMs(now)
    const waiting = new Set(fed)
    this.kills.push({
      victim,
      showMs,
      at: now,
      fed,
      below,
      waiting,
      recoveryMs: 0,
      missed: 0,
      askedAgain: 0
    })
    const whom = fed.size === 0 ? 'nobody' : list([...fed].map(({ name }) => name))
    this.tell(now, `Killed ${victim.name}, which fed ${whom}.`, 'bad')
  }

  /** Whether every process that was not killed heard everything, from when it came to the end. */
  get heardEverything() {
    const judged = this.processes.filter(({ state, isExtra }) => {
      // Who was added too late to hear anything missed nothing.
      if (state === 'left') return !isExtra && !this.wasCutShort
      return state !== 'killed'
    })
    const all = judged.every(({ state, gaps }) => state === 'ended' && gaps === 0)
    return all && (judged.length > 0 || this.wasCutShort)
  }

  /**
   * @param {number} now
   * @param {string} text
   * @param {Tone} tone
   */
  tell(now, text, tone = 'plain') {
    const news = { showMs: this.showMs(now), text, tone }
    this.news.push(news)
    this.told++
    if (this.news.length > MAX_NEWS) this.news.shift()
    this.onNews(news)
  }

  /**
   * @param {string | null} id
   * @returns {Listener | 'origin' | undefined}
   */
  whoIs(id) {
    if (id === null) return undefined
    if (id === this.origin.id) return 'origin'
    return this.listeners.find(({ stats }) => stats?.id === id)
  }

  /**
   * @param {Listener} listener
   * @param {Stats} stats
   * @param {number} now
   */
  #counted(listener, stats, now) {
    const came = stats.received - (listener.stats?.received ?? 0)
    if (this.#packetsASecond > 0) listener.flow.push(came / this.#packetsASecond)
    if (listener.flow.length > HISTORY) listener.flow.shift()
    this.#count(listener, stats.frames, stats.gaps, stats.backfilled, now)
    listener.stats = stats
    const recovered = this.kills.filter((kill) => this.#isFedAgain(kill, listener, stats))
    if (recovered.length === 0) return
    const parents = list([...new Set(stats.feeds.map((id) => this.nameOf(id)))])
    this.tell(now, `${upperFirst(listener.name)} is fed by ${parents} now.`, 'good')
    for (const kill of recovered) this.#found(kill, listener, now)
  }

  /**
   * @param {Listener} listener
   * @param {number} frames
   * @param {number} gaps
   * @param {number} backfilled
   * @param {number} now
   */
  #count(listener, frames, gaps, backfilled, now) {
    const lost = gaps - listener.gaps
    if (lost > 0) this.tell(now, `${upperFirst(listener.name)} lost ${plural(lost, 'packet')}.`, 'bad')
    const kill = this.kills.findLast(({ below }) => below.has(listener))
    if (kill !== undefined) {
      kill.missed += lost
      kill.askedAgain += backfilled - (listener.stats?.backfilled ?? 0)
    }
    listener.frames = frames
    listener.gaps = gaps
  }

  /**
   * Whether a listener that had lost a parent has told now that others feed it.
   *
   * @param {Kill} kill
   * @param {Listener} listener
   * @param {Stats} stats
   */
  #isFedAgain({ victim, waiting, fed, below }, listener, { feeds }) {
    if (feeds.includes(victim.stats?.id ?? '')) {
      // The victim had begun to feed it just before; or this was on its way to us when we killed.
      for (const set of [waiting, fed, below]) set.add(listener)
      return false
    }
    return waiting.has(listener) && !feeds.includes(null)
  }

  /**
   * @param {Kill} kill
   * @param {Listener} listener
   * @param {number} now
   */
  #found(kill, listener, now) {
    if (!kill.waiting.delete(listener) || kill.waiting.size > 0) return
    kill.recoveryMs = now - kill.at
    const missed = kill.missed === 0 ? 'nothing was missed' : `${plural(kill.missed, 'packet')} missed`
    const after = seconds(kill.recoveryMs)
    this.tell(now, `All that ${kill.victim.name} fed have new parents after ${after}; ${missed}.`, 'good')
  }

  /** @param {string | null} id */
  nameOf(id) {
    const who = this.whoIs(id)
    return who === 'origin' ? 'the origin' : (who?.name ?? 'a newcomer')
  }

  /**
   * Everybody who has a stripe from one of them, or from one who has…
   *
   * @param {ReadonlySet<Listener>} fed
   */
  #below(fed) {
    const below = new Set(fed)
    for (const listener of below) for (const child of this.childrenOf(listener)) below.add(child)
    return below
  }
}

/**
 * "62 s" as "1:02".
 *
 * @param {number} ms
 */
export function clock(ms) {
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** @param {string} text */
function upperFirst(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** @param {readonly string[]} names */
function list(names) {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** @param {Record<string, string>} fields */
function titleOf({ title = '', artist = '' }) {
  return [title, artist]
    .filter((text) => text !== '')
    .join(' – ')
    .replace(/\p{Cc}/gu, ' ')
}
