/** A loudness meter, from −60 dB to full scale, drawn as often as the screen is. */

/** Below this a microphone gives nothing but its own noise; dB. */
const FLOOR_DB = -60

/** How fast the bar and the peak's mark fall; dB a second. Slow enough to be read. */
const FALL_DB = 40
const PEAK_FALL_DB = 12

/** So quiet, for so long: nobody speaks, or the microphone is muted. */
const SILENT_DB = -55
const SILENT_MS = 4_000

/** So loud, the microphone is about to distort. */
const LOUD_DB = -1

/** How often those are told who do not see it. */
const SAY_MS = 1_000

export class Meter {
  #element
  #bar
  #peak
  /** @type {(advice: '' | 'silent' | 'loud') => void} */
  #advise
  #level = FLOOR_DB
  #mark = FLOOR_DB
  #drawnAt = 0
  #saidAt = 0
  #heardAt = 0
  #loudAt = -Infinity
  #frame = 0

  /**
   * @param {HTMLElement} element holds the bar and the peak's mark
   * @param {(advice: '' | 'silent' | 'loud') => void} advise
   */
  constructor(element, advise) {
    this.#element = element
    const [bar, peak] = /** @type {HTMLCollectionOf<HTMLElement>} */ (element.children)
    this.#bar = bar
    this.#peak = peak
    this.#advise = advise
  }

  /** @param {{ readonly level: { peak: number, rms: number } }} source */
  start(source) {
    this.#heardAt = this.#drawnAt = performance.now()
    const draw = (/** @type {number} */ now) => {
      this.#draw(source.level, now)
      this.#frame = requestAnimationFrame(draw)
    }
    this.#frame = requestAnimationFrame(draw)
  }

  stop() {
    cancelAnimationFrame(this.#frame)
    this.#level = this.#mark = FLOOR_DB
    this.#paint()
  }

  /**
   * @param {{ peak: number, rms: number }} level
   * @param {number} now
   */
  #draw({ peak, rms }, now) {
    const seconds = Math.max(0, now - this.#drawnAt) / 1000
    this.#drawnAt = now
    this.#level = Math.max(decibels(rms), this.#level - FALL_DB * seconds, FLOOR_DB)
    this.#mark = Math.max(decibels(peak), this.#mark - PEAK_FALL_DB * seconds, FLOOR_DB)
    this.#paint()
    if (decibels(peak) > SILENT_DB) this.#heardAt = now
    if (decibels(peak) > LOUD_DB) this.#loudAt = now
    if (now - this.#saidAt < SAY_MS) return
    this.#saidAt = now
    this.#element.setAttribute('aria-valuenow', String(Math.round(this.#level)))
    this.#element.setAttribute('aria-valuetext', `${Math.round(this.#level)} dB`)
    if (now - this.#heardAt > SILENT_MS) this.#advise('silent')
    else this.#advise(now - this.#loudAt < SILENT_MS ? 'loud' : '')
  }

  #paint() {
    if (this.#bar === undefined || this.#peak === undefined) return
    this.#bar.style.clipPath = `inset(0 ${100 - percent(this.#level)}% 0 0)`
    this.#peak.style.left = `${percent(this.#mark)}%`
    this.#peak.hidden = this.#mark <= FLOOR_DB
  }
}

/** @param {number} amplitude */
function decibels(amplitude) {
  return 20 * Math.log10(amplitude)
}

/** @param {number} level */
function percent(level) {
  return Math.min(100, Math.max(0, (1 - level / FLOOR_DB) * 100))
}
