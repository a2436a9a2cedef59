/**
 * What is heard when: takes decoded audio on media time and gives out what the sound card asks for.
 *
 * It *fills* until there is enough behind the live edge, and then *plays*, `delay` behind it. Where audio runs out it
 * fades, counts an underrun, and fills again to the full delay before it goes on. After a freeze of the page, of
 * the process or of the whole machine, nothing is heard that is further behind the live edge than the delay.
 *
 * Pure: it is given the wall clock, so that freezes and drifts of hours are tried in milliseconds.
 */
import { ClockFollower } from './clock-follower.js'
import { Envelope } from './envelope.js'
import { LiveEdge } from './live-edge.js'
import type { FromPlayhead, PlayheadOptions, ToPlayhead } from './messages.js'
import { PcmRing } from './pcm-ring.js'
import { Resampler } from './resampler.js'

const SECOND = 48_000

/** What is enough to begin with where less than the delay has come, since the show has just begun. After an underrun
 * it was not enough. */
const ENOUGH_TO_BEGIN = SECOND / 2

/** What must be decoded before it starts: decoders are fifty times faster than time, and begin slowly. */
const DECODED_AHEAD = SECOND / 10

/** What the ring holds beyond the delay: a burst, and what comes before a skip. */
const RING_MARGIN = 3 * SECOND

/** So far behind the wanted delay it skips, rather than play faster for minutes. */
const SKIP_BEYOND = SECOND

/** The sound card asks every few milliseconds, with large buffers every 200. A longer pause was no playing at all. */
const FREEZE_MS = 500

/** After a freeze some browsers ask for all that they missed at once, faster than time, and nobody hears it. Larger
 * buffers than this do not exist. */
const RUSH_MS = 250
/** So long after the last rush it is over. */
const CALM_MS = 100

/** How long arrivals are compared with the sound card's clock: several packets, whatever their length. */
const LEAD_WINDOW = 4 * SECOND

/** How often it tells its status: often enough for "now playing" to change in time. */
const STATUS_EVERY = SECOND / 10

export class Playhead {
  readonly #delay: number
  readonly #tell: (message: FromPlayhead) => void
  readonly #ring: PcmRing
  readonly #resampler: Resampler
  readonly #follower: ClockFollower
  readonly #live = new LiveEdge()
  /** Samples of media time for each sample out, at speed 1. */
  readonly #step: number

  #state: 'filling' | 'playing' | 'over' | 'closed' = 'filling'
  /** The next sample that is heard, and how far beyond it in parts of a sample; undefined before the first start. */
  #position: number | undefined
  #fraction = 0
  #fadeIn = false
  /** What was playing when it was told to forget, faded. */
  #tail: readonly [Float32Array, Float32Array] | undefined
  /** The end of the show, once it is known. */
  #finish: number | undefined
  #enough: number

  /** Media time that the sound card's clock has asked for since the start, whatever the speed. */
  #drawn = 0
  /** The live edge less that. */
  readonly #lead = new Envelope(LEAD_WINDOW)
  #ratio = 1

  #renderedAt = Infinity
  /** How far asking has run ahead of the wall clock, and when that was last too far. */
  #rushMs = 0
  #rushedAt = -Infinity
  #quantum = 128
  #untilStatus = 0
  #underruns = 0
  #skipped = 0

  /** @param sampleRate of the sound card */
  constructor({ delay }: PlayheadOptions, sampleRate: number, tell: (message: FromPlayhead) => void) {
    this.#delay = delay
    this.#tell = tell
    this.#step = SECOND / sampleRate
    this.#ring = new PcmRing(delay + RING_MARGIN)
    this.#resampler = new Resampler(this.#ring, this.#step)
    this.#follower = new ClockFollower(delay)
    this.#enough = Math.min(delay, ENOUGH_TO_BEGIN)
  }

  receive(message: ToPlayhead, wallMs: number): void {
    switch (message.type) {
      case 'pcm':
        this.#take(message, wallMs)
        break
      case 'end':
        this.#end()
        break
      case 'reset':
        this.#reset(message.newShow)
        break
      case 'close':
        this.#state = 'closed'
        break
    }
  }

  /**
   * Fills both sides with what is heard next.
   *
   * @returns false once it is closed
   */
  render(left: Float32Array, right: Float32Array, wallMs: number): boolean {
    this.#quantum = left.length
    if (wallMs - this.#renderedAt > FREEZE_MS) this.#thaw(wallMs)
    this.#noteRush(left.length, wallMs)
    this.#renderedAt = wallMs
    if (this.#state === 'filling') this.#tryToStart(wallMs)
    if (this.#tail !== undefined) {
      left.set(this.#tail[0].subarray(0, left.length))
      right.set(this.#tail[1].subarray(0, left.length))
      this.#tail = undefined
    } else if (this.#state === 'playing') this.#play(left, right)
    else {
      left.fill(0)
      right.fill(0)
    }
    this.#untilStatus -= left.length * this.#step
    if (this.#untilStatus <= 0 && this.#state !== 'over') this.#tellStatus()
    return this.#state !== 'closed'
  }

  #take({ at, pcm, edge }: Extract<ToPlayhead, { type: 'pcm' }>, wallMs: number): void {
    this.#live.arrive(edge, wallMs)
    if (this.#state === 'playing') this.#lead.add(edge - this.#drawn, this.#drawn)
    const length = pcm[0]?.length ?? 0
    if (at + length <= (this.#position ?? -Infinity)) this.#skipped += length
    else this.#ring.write(at, pcm, this.#position ?? -Infinity)
  }

  #end(): void {
    if (this.#ring.empty) {
      this.#finishNow()
      return
    }
    this.#finish = this.#ring.end
    // Silence behind it, so that the last quantum and the filter have something to read.
    const silence = Math.ceil(2 * this.#quantum * this.#step * 1.01) + this.#resampler.reach
    this.#ring.write(this.#finish, [new Float32Array(silence)], this.#finish)
  }

  #finishNow(): void {
    this.#state = 'over'
    this.#tellStatus()
    this.#tell({ type: 'ended' })
  }

  #reset(newShow: boolean): void {
    if (this.#state === 'closed') return
    if (this.#state === 'playing') {
      this.#tail = [new Float32Array(this.#quantum), new Float32Array(this.#quantum)]
      this.#resampler.read(...this.#tail, this.#position!, this.#fraction, this.#step)
      for (const side of this.#tail) fade(side, -1)
    }
    if (newShow) this.#live.clear()
    this.#ring.clear()
    this.#state = 'filling'
    this.#position = undefined
    this.#finish = undefined
    this.#enough = Math.min(this.#delay, ENOUGH_TO_BEGIN)
  }

  /** Drops what would be heard too late by now. Where the live edge will be found anew is for the frames to tell. */
  #thaw(wallMs: number): void {
    if (this.#ring.empty || this.#state === 'over' || this.#state === 'closed') return
    const begin = this.#position ?? this.#ring.begin
    const due = Math.ceil(this.#live.expected(wallMs) - this.#delay)
    const position = Math.max(begin, Math.min(due, this.#finish ?? this.#ring.end))
    this.#skipped += position - begin
    this.#rushedAt = wallMs
    this.#fillFrom(position)
  }

  #noteRush(frames: number, wallMs: number): void {
    const askedMs = (frames * this.#step) / 48
    this.#rushMs = Math.max(0, this.#rushMs + askedMs - Math.max(0, wallMs - this.#renderedAt))
    if (this.#rushMs <= RUSH_MS) return
    this.#rushMs = 0
    this.#rushedAt = wallMs
  }

  #fillFrom(position: number): void {
    this.#state = 'filling'
    this.#position = position
    this.#fraction = 0
  }

  #tryToStart(wallMs: number): void {
    if (this.#ring.empty) return
    const from = this.#position ?? this.#ring.begin
    if (this.#finish !== undefined) {
      this.#start(from)
      return
    }
    const { edge } = this.#live
    if (edge - from < this.#enough || !this.#live.isLive(wallMs)) return
    if (wallMs - this.#rushedAt < CALM_MS) return
    const at = Math.max(from, edge - this.#delay)
    if (this.#ring.end - at < Math.min(DECODED_AHEAD, this.#delay / 2)) return
    if (this.#position !== undefined) this.#skipped += at - from
    this.#start(at)
  }

  #start(at: number): void {
    this.#state = 'playing'
    this.#position = at
    this.#fraction = 0
    this.#fadeIn = true
    this.#drawn = 0
    this.#lead.restart(this.#live.edge, 0)
    this.#follower.begin(this.#live.edge - at)
    this.#tell({ type: 'playing' })
  }

  /** How far behind the live edge it plays, but for jitter. */
  get #behind(): number {
    return this.#lead.max + this.#drawn - this.#position! - this.#fraction
  }

  #play(left: Float32Array, right: Float32Array): void {
    const position = this.#position!
    const frames = left.length
    if (this.#finish !== undefined && position >= this.#finish) {
      left.fill(0)
      right.fill(0)
      this.#finishNow()
      return
    }
    const behind = this.#behind
    this.#ratio = this.#follower.speed(behind)
    let step = this.#step * this.#ratio
    let end = position + this.#fraction + frames * step
    if (step === 1 && this.#fraction !== 0) {
      // Back to the samples as they are: within this quantum it lands on a whole one.
      end = Math.round(end)
      step = (end - position - this.#fraction) / frames
    }
    this.#resampler.read(left, right, position, this.#fraction, step)
    if (this.#fadeIn) {
      fade(left, 1)
      fade(right, 1)
      this.#fadeIn = false
    }
    this.#position = Math.floor(end)
    this.#fraction = end - this.#position
    this.#drawn += frames * this.#step

    if (this.#finish !== undefined) return
    const runsOut = end + frames * step + this.#resampler.reach > this.#ring.end
    if (!runsOut && behind <= this.#delay + SKIP_BEYOND) return
    fade(left, -1)
    fade(right, -1)
    if (runsOut) {
      this.#underruns++
      this.#enough = this.#delay
      this.#fillFrom(this.#position)
      this.#tell({ type: 'underrun' })
    } else {
      const to = Math.max(this.#position, this.#live.edge - this.#delay)
      this.#skipped += to - this.#position
      this.#fillFrom(to)
    }
  }

  #tellStatus(): void {
    this.#untilStatus = STATUS_EVERY
    const position = this.#position
    const end = this.#finish ?? this.#ring.end
    const playing = this.#state === 'playing'
    this.#tell({
      type: 'status',
      status: {
        position,
        delay: playing ? this.#behind : 0,
        buffered: this.#ring.empty ? 0 : Math.max(0, end - (position ?? this.#ring.begin)),
        underruns: this.#underruns,
        skipped: this.#skipped,
        ratio: playing ? this.#ratio : 1
      }
    })
  }
}

/** In (1) or out (−1), in a straight line over the whole of it. */
function fade(samples: Float32Array, direction: 1 | -1): void {
  for (let at = 0; at < samples.length; at++) {
    samples[at]! *= (direction > 0 ? at : samples.length - at) / samples.length
  }
}
