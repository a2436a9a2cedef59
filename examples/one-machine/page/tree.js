/**
 * The tree, drawn: lines below, packets on them, peers on top. It is told how everybody should stand, and moves there;
 * who points at a peer sees its ways alone.
 */

import { curveBetween, pathOf } from './curve.js'
import { layOut, ORIGIN } from './layout.js'
import { set, svg } from './markup.js'
import { Packets } from './packets.js'
import { Pill, widthOfName } from './pill.js'
import { waysOf } from './ways.js'
import { nameOf } from './words.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {import('./curve.js').Curve} Curve */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {{ path: SVGElement, from: string, to: string, stripe: number, curve: Curve | undefined }} Line */

/** Below this width a phone's measures hold; px. */
const NARROW = 560

/** From where one stands to where one should stand: two thirds of the way in this time; ms. */
const PACE_MS = 170

/** Nearer than this is there; px. */
const THERE = 0.3

/** A dot walks slowly: while nothing else moves, this is often enough for it; ms between two pictures. */
const DOT_MS = 40

/** A tab that was asleep goes on where it should be; ms. */
const MAX_STEP_MS = 100

/** Below this part of what the origin made, nothing is drawn as coming. */
const MIN_FLOW = 0.2

export class Tree {
  #stage
  #lines
  #peers
  #rows
  #packets
  /** @type {Map<string, Pill>} */
  #pills = new Map()
  /** @type {Map<string, Line>} */
  #edges = new Map()
  /** @type {View | undefined} */
  #view
  /** @type {Layout | undefined} */
  #layout
  /** @type {string | null} The key of this page, once it has played. */
  #own = null
  /** @type {number | null} */
  #stripe = null
  /** @type {string | null} Who is pointed at. */
  #pointed = null
  /** @type {string | null} Who was chosen by a click or a key, and is looked at while nobody is pointed at. */
  #chosen = null
  /** Which one the Tab key goes to. */
  #stop = ORIGIN
  #width = 0
  #height = 0
  #lastFrame = 0
  #frame = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nap
  #isStill = window.matchMedia('(prefers-reduced-motion: reduce)')
  #isDark = window.matchMedia('(prefers-color-scheme: dark)')
  #onLook

  /**
   * @param {HTMLElement} stage
   * @param {(key: string | null) => void} onLook told who is pointed at or chosen
   */
  constructor(stage, onLook) {
    this.#stage = stage
    this.#onLook = onLook
    this.#rows = svg('g', { class: 'rows' })
    this.#lines = svg('g', { class: 'lines' })
    this.#peers = svg('g', { class: 'peers' })
    const canvas = document.createElement('canvas')
    canvas.setAttribute('aria-hidden', 'true')
    stage.append(
      svg('svg', { class: 'below', 'aria-hidden': 'true' }, this.#rows, this.#lines),
      canvas,
      svg('svg', { class: 'above', role: 'group', 'aria-labelledby': 'tree-name' }, this.#peers)
    )
    this.#packets = new Packets(canvas)
    new ResizeObserver(() => this.#resized()).observe(stage)
    this.#isDark.addEventListener('change', () => this.#recolour())
    this.#isStill.addEventListener('change', () => this.#wake())
    document.addEventListener('visibilitychange', () => this.#wake())
    stage.addEventListener('keydown', (event) => this.#pressed(event))
    stage.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || event.target.closest('.peer') === null) this.choose(null)
    })
    this.#recolour()
  }

  /**
   * @param {View} view
   * @param {string | null} own
   */
  show(view, own) {
    this.#view = view
    this.#own = own
    if (this.#width > 0) this.#arrange()
  }

  /** @param {number | null} stripe the only one that is drawn; null for all */
  only(stripe) {
    this.#stripe = stripe
    if (this.#width > 0) this.#arrange()
  }

  /** @param {string | null} key */
  choose(key) {
    this.#chosen = key === this.#chosen ? null : key
    this.#looked()
  }

  #resized() {
    const width = this.#stage.clientWidth
    // What the style asks for at least; a deep tree makes the stage higher.
    const height = parseFloat(getComputedStyle(this.#stage).minHeight)
    if (width === 0 || (width === this.#width && height === this.#height)) return
    this.#width = width
    this.#height = height
    this.#layout = undefined
    if (this.#view !== undefined) this.#arrange()
  }

  #recolour() {
    const style = getComputedStyle(this.#stage)
    this.#packets.colours = [0, 1, 2, 3].map((stripe) =>
      style.getPropertyValue(`--stripe-${stripe + 1}`).trim()
    )
  }

  get #measures() {
    const isNarrow = this.#width < NARROW
    return isNarrow
      ? { peer: { width: 42, height: 21 }, gap: 5, margin: 14, wide: 1 }
      : { peer: { width: 52, height: 25 }, gap: 12, margin: 24, wide: 0.8 }
  }

  /** Where everybody should stand now. */
  #arrange() {
    const view = this.#view
    if (view === undefined) return
    const measures = this.#measures
    const widthOf = (/** @type {string} */ key) =>
      widthOfName(nameOf(view, key, this.#own), measures.peer.width)
    const frame = { ...measures, widthOf, width: this.#width, height: this.#height }
    const before = this.#layout?.places ?? new Map()
    const layout = layOut(view.peers, frame, { stripe: this.#stripe, before })
    const isFirst = this.#layout === undefined
    this.#layout = layout
    this.#drawRows(layout)
    this.#drawPeers(view, layout, isFirst)
    this.#drawLines(view, layout)
    this.#size(layout.height)
    this.#looked()
    this.#wake()
  }

  /** @param {number} height of the whole tree */
  #size(height) {
    const whole = Math.max(Math.ceil(height), this.#height)
    const size = { width: this.#width, height: whole, viewBox: `0 0 ${this.#width} ${whole}` }
    for (const layer of this.#stage.querySelectorAll('svg')) {
      if (layer.getAttribute('viewBox') === size.viewBox) return
      set(layer, size)
    }
    this.#packets.resize(this.#width, whole)
    this.#stage.style.setProperty('--tree-height', `${Math.ceil(height)}px`)
  }

  /** @param {Layout} layout */
  #drawRows({ rows }) {
    const { margin } = this.#measures
    this.#rows.replaceChildren(
      ...rows.flatMap(({ y, label }) =>
        label === '' ? [] : [svg('text', { x: margin / 2, y: y + 4 }, label)]
      )
    )
  }

  /**
   * @param {View} view
   * @param {Layout} layout
   * @param {boolean} isFirst
   */
  #drawPeers(view, { places }, isFirst) {
    const { peer: size } = this.#measures
    for (const key of [ORIGIN, ...view.peers.map((peer) => peer.key)]) {
      const place = places.get(key)
      if (place === undefined) continue
      let pill = this.#pills.get(key)
      if (pill === undefined || pill.isLeaving) {
        pill?.remove()
        pill = new Pill(key, isFirst && this.#own !== key ? place : { x: place.x, y: place.y + 14 })
        pill.onPoint = (isPointed) => this.#pointedAt(key, isPointed)
        pill.onChoose = () => this.choose(key)
        this.#pills.set(key, pill)
        this.#peers.append(pill.element)
      }
      pill.target = { x: place.x, y: place.y, alpha: 1 }
      pill.show(view, this.#own, size)
    }
    const there = new Set([ORIGIN, ...view.peers.map(({ key }) => key)])
    for (const [key, pill] of this.#pills) {
      if (there.has(key)) continue
      pill.leave()
      if (this.#chosen === key) this.#chosen = null
      if (this.#pointed === key) this.#pointed = null
      if (this.#stop === key) this.#stop = ORIGIN
    }
    this.#tabTo(this.#stop)
  }

  /**
   * @param {View} view
   * @param {Layout} layout
   */
  #drawLines(view, { edges }) {
    const dead = new Set(
      view.peers.filter(({ state }) => state === 'killed' || state === 'failed').map(({ key }) => key)
    )
    const there = new Set()
    for (const { from, to, stripe } of edges) {
      const name = `${from} ${to} ${stripe}`
      there.add(name)
      let line = this.#edges.get(name)
      if (line === undefined) {
        line = { path: svg('path', { class: 'line' }), from, to, stripe, curve: undefined }
        this.#edges.set(name, line)
        this.#lines.append(line.path)
      }
      const kind = `line stripe-${(stripe % 4) + 1}`
      line.path.setAttribute('class', dead.has(from) || dead.has(to) ? `${kind} is-broken` : kind)
    }
    for (const [name, { path }] of this.#edges) {
      if (there.has(name)) continue
      path.remove()
      this.#edges.delete(name)
    }
  }

  /**
   * @param {string} key
   * @param {boolean} isPointed
   */
  #pointedAt(key, isPointed) {
    if (isPointed) this.#pointed = key
    else if (this.#pointed === key) this.#pointed = null
    this.#looked()
  }

  /** Shows the ways of who is looked at, and those of this page a little. */
  #looked() {
    const key = this.#pointed ?? this.#chosen
    const edges = [...this.#edges.values()]
    const seen = key === null ? undefined : waysOf(edges, key)
    const own = this.#own === null ? undefined : waysOf(edges, this.#own).above
    this.#stage.classList.toggle('is-looking', seen !== undefined)
    for (const line of edges) {
      line.path.classList.toggle('is-seen', seen?.above.has(line) === true || seen?.below.has(line) === true)
      line.path.classList.toggle('is-own', own?.has(line) === true)
    }
    for (const [of, pill] of this.#pills)
      pill.look(of === key, seen?.peers.has(of) === true, of === this.#chosen)
    this.#onLook(key)
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const at = this.#pills.get(this.#stop)
    if (event.key === 'Escape') {
      this.#chosen = null
      this.#looked()
      return
    }
    const next = at === undefined ? undefined : this.#neighbour(event.key)
    if (next === undefined) return
    event.preventDefault()
    this.#tabTo(next)
    this.#pills.get(next)?.element.focus()
  }

  /**
   * Who stands on that side.
   *
   * @param {string} arrow
   */
  #neighbour(arrow) {
    const places = this.#layout?.places
    const here = places?.get(this.#stop)
    if (places === undefined || here === undefined) return undefined
    /** @type {string | undefined} */
    let best
    let least = Infinity
    for (const [key, { x, y }] of places) {
      const [dx, dy] = [x - here.x, y - here.y]
      const ahead = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[arrow]
      if (ahead === undefined || ahead < 2) continue
      const isBeside = arrow === 'ArrowRight' || arrow === 'ArrowLeft'
      // The nearest, but sooner the one straight ahead.
      const distance = ahead + 3 * Math.abs(isBeside ? dy : dx)
      if (distance < least) [best, least] = [key, distance]
    }
    return best
  }

  /** @param {string} key */
  #tabTo(key) {
    this.#stop = key
    for (const [of, { element }] of this.#pills) set(element, { tabindex: of === key ? 0 : -1 })
  }

  #wake() {
    clearTimeout(this.#nap)
    this.#nap = undefined
    if (this.#frame === 0 && !document.hidden) this.#frame = requestAnimationFrame((now) => this.#tick(now))
  }

  /** Until the dots are to be drawn again: a picture for nothing costs the browser as much as one for something. */
  #doze() {
    this.#nap ??= setTimeout(() => this.#wake(), DOT_MS)
  }

  /** @param {number} now */
  #tick(now) {
    this.#frame = 0
    const passed = Math.min(MAX_STEP_MS, now - this.#lastFrame)
    this.#lastFrame = now
    const part = this.#isStill.matches ? 1 : 1 - Math.exp(-passed / PACE_MS)
    let isMoving = false
    for (const [key, pill] of this.#pills) {
      if (pill.move(part, THERE)) isMoving = true
      if (!pill.isGone) continue
      pill.remove()
      this.#pills.delete(key)
    }
    if (isMoving || this.#layout !== undefined) this.#follow(isMoving)
    const isFlowing = this.#view?.state === 'live' && !this.#isStill.matches
    if (isFlowing) this.#packets.draw(this.#flowing(), this.#stripes, now)
    else this.#packets.clear()
    if (isMoving) this.#wake()
    else if (isFlowing) this.#doze()
  }

  /**
   * The lines follow the peers.
   *
   * @param {boolean} isMoving
   */
  #follow(isMoving) {
    const { peer } = this.#measures
    const lane = this.#layout?.lane ?? 0
    for (const line of this.#edges.values()) {
      if (!isMoving && line.curve !== undefined) continue
      const [from, to] = [this.#pills.get(line.from), this.#pills.get(line.to)]
      if (from === undefined || to === undefined) continue
      const offset = (line.stripe - (this.#stripes - 1) / 2) * lane
      line.curve = curveBetween(from.place, to.place, this.#stripe === null ? offset : 0, peer.height)
      line.path.setAttribute('d', pathOf(line.curve))
    }
  }

  get #stripes() {
    return Math.max(1, ...(this.#view?.peers ?? []).map(({ feeds }) => feeds.length))
  }

  /** The lines on which something comes. */
  #flowing() {
    const flows = new Set(
      (this.#view?.peers ?? [])
        .filter(({ state, flow }) => state === 'listening' && flow >= MIN_FLOW)
        .map(({ key }) => key)
    )
    const isLooking = this.#stage.classList.contains('is-looking')
    /** @type {import('./packets.js').Way[]} */
    const ways = []
    for (const { path, to, stripe, curve } of this.#edges.values()) {
      if (curve === undefined || !flows.has(to) || path.classList.contains('is-broken')) continue
      if (!isLooking || path.classList.contains('is-seen')) ways.push({ curve, stripe })
    }
    return ways
  }
}
