/** One peer of the tree as it is drawn: a name in a frame, which moves to where it should stand. */

import { ORIGIN } from './layout.js'
import { say, set, svg } from './markup.js'
import { nameOf, peerInWords } from './words.js'

/** @typedef {import('../view.js').View} View */

/** A name that is longer than a listener's has so much more room, by the character; px. */
const LONG_NAME = 5
const LETTER = 7

/** A badge's radius; px. */
const BADGE = 8

/** It is as good as there, or as good as gone. */
const FAINT = 0.02

export class Pill {
  element
  #frame = svg('rect', { class: 'frame' })
  #halo = svg('rect', { class: 'halo' })
  #name = svg('text', { class: 'name' })
  #mark = svg('path', { class: 'mark' })
  #badge = svg('g', { class: 'badge' }, svg('circle', { r: BADGE }), svg('text'))
  #key
  #drawn = ''
  isLeaving = false
  /** @type {(isPointed: boolean) => void} */
  onPoint = () => undefined
  onChoose = () => {}

  /**
   * @param {string} key
   * @param {{ x: number, y: number }} place where it appears
   */
  constructor(key, { x, y }) {
    this.#key = key
    this.place = { x, y, alpha: 0 }
    this.target = { x, y, alpha: 1 }
    this.element = svg(
      'g',
      { role: 'button', 'data-key': key },
      this.#halo,
      this.#frame,
      this.#mark,
      this.#name,
      this.#badge
    )
    const { element } = this
    element.addEventListener(
      'pointerenter',
      ({ pointerType }) => pointerType === 'mouse' && this.onPoint(true)
    )
    element.addEventListener('pointerleave', () => this.onPoint(false))
    element.addEventListener('focus', () => element.matches(':focus-visible') && this.onPoint(true))
    element.addEventListener('blur', () => this.onPoint(false))
    element.addEventListener('click', () => this.onChoose())
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      this.onChoose()
    })
  }

  get isGone() {
    return this.isLeaving && this.place.alpha < FAINT
  }

  /**
   * @param {View} view
   * @param {string | null} own
   * @param {{ width: number, height: number }} size
   */
  show(view, own, size) {
    const key = this.#key
    const peer = view.peers.find((other) => other.key === key)
    const isBusiest = view.busiest === key && view.state !== 'over'
    const kinds = ['peer', key === ORIGIN ? 'is-origin' : `is-${peer?.state ?? 'left'}`]
    if (key === own) kinds.push('is-own')
    else if (peer?.isPage === true) kinds.push('is-page')
    if (isBusiest) kinds.push('is-busiest')
    for (const kind of ['is-looked', 'is-near']) if (this.element.classList.contains(kind)) kinds.push(kind)
    set(this.element, { class: kinds.join(' ') })
    const name = nameOf(view, key, own)
    const told = peerInWords(view, key, own)
    const words = [name, told?.state, told?.above, told?.below].filter(
      (text) => text !== undefined && text !== ''
    )
    set(this.element, { 'aria-label': words.join('. ').replaceAll('..', '.') })
    const isGone = peer?.state === 'killed' || peer?.state === 'failed'
    const badge = isGone ? '✕' : peer?.state === 'ended' ? '✓' : isBusiest ? `${peer?.fed ?? 0}` : ''
    const drawn = [name, badge, size.width].join()
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    say(this.#name, name)
    const width = widthOfName(name, size.width)
    const { height } = size
    set(this.#frame, { x: -width / 2, y: -height / 2, width, height, rx: height / 2 })
    set(this.#halo, {
      x: -width / 2 - 4,
      y: -height / 2 - 4,
      width: width + 8,
      height: height + 8,
      rx: height / 2 + 4
    })
    if (this.#badge.lastElementChild !== null) say(this.#badge.lastElementChild, badge)
    set(this.#badge, {
      transform: `translate(${width / 2 - 3} ${-height / 2 + 1})`,
      visibility: badge === '' ? 'hidden' : 'visible'
    })
    // A line through the name.
    set(this.#mark, { d: isGone ? `M${-width / 2 + 6} 0H${width / 2 - 6}` : '' })
  }

  /**
   * @param {boolean} isLooked
   * @param {boolean} isNear whether it stands at one of the ways that are shown
   * @param {boolean} isChosen
   */
  look(isLooked, isNear, isChosen) {
    this.element.classList.toggle('is-looked', isLooked)
    this.element.classList.toggle('is-near', isNear)
    set(this.element, { 'aria-pressed': `${isChosen}` })
  }

  leave() {
    this.isLeaving = true
    this.target.alpha = 0
    set(this.element, { tabindex: -1, 'aria-hidden': 'true' })
  }

  /**
   * Goes a part of the way that is left.
   *
   * @param {number} part from 0 to 1
   * @param {number} there how near is there; px
   * @returns {boolean} whether it is on the way still
   */
  move(part, there) {
    const { place, target } = this
    const [dx, dy, fade] = [target.x - place.x, target.y - place.y, target.alpha - place.alpha]
    const isThere = Math.abs(dx) + Math.abs(dy) < there && Math.abs(fade) < FAINT
    const by = isThere ? 1 : part
    place.x += dx * by
    place.y += dy * by
    place.alpha += fade * by
    if (dx !== 0 || dy !== 0 || fade !== 0) {
      set(this.element, {
        transform: `translate(${place.x.toFixed(2)} ${place.y.toFixed(2)})`,
        opacity: place.alpha.toFixed(3)
      })
    }
    return !isThere
  }

  remove() {
    this.element.remove()
  }
}

/**
 * How wide the frame around a name is.
 *
 * @param {string} name
 * @param {number} usual
 */
export function widthOfName(name, usual) {
  return usual + Math.max(0, name.length - LONG_NAME) * LETTER
}
