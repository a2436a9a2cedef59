/** What stands beside the tree: how far the show is, what the origin uploads, what just happened. */

import { find, html, say, set } from './markup.js'
import { clock, inShort, plural } from './words.js'

/** @typedef {import('../view.js').View} View */

/** More marks than this are no picture any more. */
const MAX_COPIES = 80

/** Every quarter of a second, as the terminal. */
const CLOCK_MS = 250

export class Panel {
  #title = find('#title', HTMLElement)
  #state = find('#state', HTMLElement)
  #time = find('#time', HTMLElement)
  #progress = find('#progress', HTMLProgressElement)
  #number = find('#copies-number', HTMLElement)
  #of = find('#copies-of', HTMLElement)
  #squares = find('#copies-squares', HTMLElement)
  #lost = find('#lost', HTMLElement)
  #short = find('#in-short', HTMLElement)
  #news = find('#news', HTMLElement)
  #told = find('#told', HTMLElement)
  #kill = find('#kill', HTMLButtonElement)
  #victim = find('#victim', HTMLElement)
  #add = find('#add', HTMLButtonElement)
  /** @type {View | undefined} */
  #view
  #viewedAt = 0
  #newest = -1

  constructor() {
    setInterval(() => this.#tick(), CLOCK_MS)
  }

  /** @param {View} view */
  show(view) {
    const isFirst = this.#view === undefined
    this.#view = view
    this.#viewedAt = performance.now()
    const { title, state, copies, listeners, lost, busiest, peers, isFull } = view
    say(this.#title, title === '' ? 'A live show on this machine' : title)
    say(this.#state, { soon: 'About to begin', live: 'On the air', over: 'Over' }[state])
    set(this.#state, { 'data-state': state })
    say(this.#number, copies.toFixed(2))
    say(this.#of, `for ${plural(listeners, 'listener')}`)
    say(
      this.#lost,
      listeners === 0 ? '' : lost === 0 ? 'Nothing is lost.' : `${plural(lost, 'packet')} lost.`
    )
    this.#lost.classList.toggle('is-bad', lost > 0)
    this.#drawCopies(copies, listeners)
    say(this.#short, inShort(view))
    const victim = peers.find(({ key }) => key === busiest)
    say(
      this.#victim,
      victim === undefined
        ? state === 'over'
          ? 'the show is over'
          : 'nobody feeds anybody yet'
        : `${victim.name}, feeds ${victim.fed}`
    )
    this.#kill.disabled = victim === undefined || state === 'over'
    this.#add.disabled = isFull || state !== 'live'
    this.#tellNews(view, isFirst)
    this.#tick()
  }

  /** The time goes on between what is told. */
  #tick() {
    const view = this.#view
    if (view === undefined) return
    const { state, showMs, durationMs, speed } = view
    const since = state === 'live' ? (performance.now() - this.#viewedAt) * speed : 0
    const at = Math.min(durationMs, showMs + since)
    say(this.#time, `${clock(at)} / ${clock(durationMs)}`)
    this.#progress.max = durationMs
    this.#progress.value = at
  }

  /**
   * A square for each copy of the show that somebody hears; those which the origin itself uploads stand out.
   *
   * @param {number} copies
   * @param {number} listeners
   */
  #drawCopies(copies, listeners) {
    const count = Math.min(MAX_COPIES, listeners)
    const own = Math.min(count, Math.round(copies))
    const squares = this.#squares
    while (squares.childElementCount > count) squares.lastElementChild?.remove()
    while (squares.childElementCount < count) squares.append(html('i'))
    for (const [index, square] of [...squares.children].entries())
      square.classList.toggle('is-own', index < own)
  }

  /**
   * @param {View} view
   * @param {boolean} isFirst
   */
  #tellNews({ news }, isFirst) {
    const fresh = news.filter(({ number }) => number > this.#newest)
    if (fresh.length === 0) return
    this.#newest = fresh.at(-1)?.number ?? this.#newest
    this.#news.prepend(
      ...fresh
        .toReversed()
        .map(({ showMs, text, tone }) =>
          html(
            'li',
            { class: `is-${tone}${isFirst ? '' : ' is-fresh'}` },
            html('time', {}, clock(showMs)),
            html('span', {}, text)
          )
        )
    )
    while (this.#news.childElementCount > news.length) this.#news.lastElementChild?.remove()
    // Read aloud: what matters, and only what happens while one is here.
    const loud = fresh.filter(({ tone }) => tone !== 'plain')
    if (!isFirst && loud.length > 0) say(this.#told, loud.map(({ text }) => text).join(' '))
  }
}
