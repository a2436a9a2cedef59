/**
 * A sound card, a wall clock and a show for a playhead, all of them made up and hours long if need be. Each sample of the
 * show is its own media time, so what is heard tells when it was due.
 */
import type { FromPlayhead, PlayheadStatus, ToPlayhead } from '../../../src/audio/playback/messages.js'
import { Playhead } from '../../../src/audio/playback/playhead.js'

export const MS = 48
const QUANTUM = 128

export interface SoundCardOptions {
  readonly delayMs?: number
  readonly sampleRate?: number
  /** How much faster than it says the sound card's clock goes; parts in a million. */
  readonly ppm?: number
  /** What the show's samples are; default: their media time. */
  readonly signal?: (at: number) => number
}

export class SoundCard {
  readonly playhead: Playhead
  readonly events: string[] = []
  /** What was heard, by quantum: when, and the samples. */
  readonly heard: { readonly wallMs: number; readonly samples: Float32Array }[] = []
  status: PlayheadStatus | undefined
  wallMs = 1_000_000
  ppm: number
  readonly #signal: (at: number) => number
  readonly #quantumMs: number
  readonly #due: { readonly wallMs: number; readonly message: ToPlayhead }[] = []

  constructor({ delayMs = 1000, sampleRate = 48_000, ppm = 0, signal = (at) => at }: SoundCardOptions = {}) {
    this.#signal = signal
    this.ppm = ppm
    this.#quantumMs = (QUANTUM / sampleRate) * 1000
    this.playhead = new Playhead({ delay: delayMs * MS }, sampleRate, (message: FromPlayhead) => {
      if (message.type === 'status') this.status = message.status
      else this.events.push(message.type)
    })
  }

  /** All that was heard, in one piece. */
  get sound(): Float32Array {
    const all = new Float32Array(this.heard.length * QUANTUM)
    for (const [index, { samples }] of this.heard.entries()) all.set(samples, index * QUANTUM)
    return all
  }

  /** Lets audio between two media times come at a wall time. */
  give(beginMs: number, endMs: number, wallMs = this.wallMs): void {
    for (let at = beginMs * MS; at < endMs * MS; at += 960) {
      const pcm = [
        Float32Array.from({ length: Math.min(960, endMs * MS - at) }, (_, each) => this.#signal(at + each))
      ]
      this.tell({ type: 'pcm', at, pcm, edge: endMs * MS }, wallMs)
    }
  }

  /** Lets a show come live, in packets: media time `beginMs` is at its live edge now. */
  giveLive(
    beginMs: number,
    endMs: number,
    lateMs: (packet: number) => number = () => 0,
    packetMs = 100
  ): void {
    let arrival = 0
    for (let at = beginMs, packet = 0; at < endMs; at += packetMs, packet++) {
      // In order: a late packet holds up those after it.
      arrival = Math.max(arrival, this.wallMs + at - beginMs + packetMs + lateMs(packet))
      this.give(at, at + packetMs, arrival)
    }
  }

  tell(message: ToPlayhead, wallMs = this.wallMs): void {
    this.#due.push({ wallMs, message })
  }

  /** Lets the clock run, and the sound card ask. */
  run(ms: number): void {
    const end = this.wallMs + ms
    this.#due.sort((a, b) => a.wallMs - b.wallMs)
    while (this.wallMs < end) {
      this.#deliver()
      this.#ask()
      this.wallMs += this.#quantumMs * (1 - this.ppm / 1e6)
    }
  }

  /** Lets the sound card ask for so much at once, in no time. */
  rush(ms: number): void {
    this.#deliver()
    for (let asked = 0; asked < ms; asked += this.#quantumMs) this.#ask()
  }

  #deliver(): void {
    let next = 0
    for (; next < this.#due.length && this.#due[next]!.wallMs <= this.wallMs; next++) {
      this.playhead.receive(this.#due[next]!.message, this.wallMs)
    }
    if (next > 0) this.#due.splice(0, next)
  }

  #ask(): void {
    const samples = new Float32Array(QUANTUM)
    this.playhead.render(samples, new Float32Array(QUANTUM), this.wallMs)
    this.heard.push({ wallMs: this.wallMs, samples })
  }

  /** Lets the clock run while this process does not: what was to come has come when it does. */
  freeze(ms: number): void {
    this.wallMs += ms
  }
}

/** The largest step from one sample to the next. */
export function largestStep(sound: Float32Array): number {
  let largest = 0
  for (let at = 1; at < sound.length; at++) largest = Math.max(largest, Math.abs(sound[at]! - sound[at - 1]!))
  return largest
}
