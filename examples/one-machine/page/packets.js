/**
 * Packets on their way: on each line a dot that walks from parent to child, in slow motion. A packet leaves the origin
 * on one stripe after the other, and who gets it passes it on at once: so its dots walk down the tree together.
 */

import { pointOn } from './curve.js'

/** @typedef {import('./curve.js').Curve} Curve */
/** @typedef {{ curve: Curve, stripe: number }} Way */

/** From a parent to its child; ms. In truth it takes some milliseconds, which nobody would see. */
const STEP_MS = 1_800

/** Of all stripes one after the other, so that not all dots start at once. */
const RADIUS = 2.6

export class Packets {
  #canvas
  #context
  /** @type {string[]} A colour for each stripe. */
  colours = []

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const scale = window.devicePixelRatio
    this.#canvas.width = Math.round(width * scale)
    this.#canvas.height = Math.round(height * scale)
    this.#context?.setTransform(scale, 0, 0, scale, 0, 0)
  }

  /**
   * @param {readonly Way[]} ways on which something comes
   * @param {number} stripes of the show
   * @param {number} now
   */
  draw(ways, stripes, now) {
    const context = this.#context
    if (context === null) return
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    for (let stripe = 0; stripe < stripes; stripe++) {
      const t = (now / STEP_MS + 1 - stripe / stripes) % 1
      context.fillStyle = this.colours[stripe % this.colours.length] ?? ''
      context.beginPath()
      for (const way of ways) {
        if (way.stripe !== stripe) continue
        const { x, y } = pointOn(way.curve, t)
        context.moveTo(x + RADIUS, y)
        context.arc(x, y, RADIUS, 0, 2 * Math.PI)
      }
      context.fill()
    }
  }

  clear() {
    this.#context?.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
  }
}
